import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent, interceptors, request, type Dispatcher } from 'undici';
import { publicAuthorities } from '../../../network/authorities';
import { connectorOf } from '../../../network/connector';
import { whyUnreachable } from '../../../protocol/client/causes';
import type { Clock } from '../../../time';
import { CallError } from '../../client';
import { retrying } from '../../retry';
import type { Release } from './release';
import { ToolMissing } from './tool-error';

const MIB = 1024 * 1024;
const LARGEST_LIST = MIB;
const LARGEST_ARCHIVE = 512 * MIB;

const CONNECT_WITHIN_MS = 10_000;
/** Of an answer, and between two pieces of it. */
const ANSWER_WITHIN_MS = 30_000;
/** No attempt begins later, counted from the first for the same file. */
const TRIED_FOR_MS = 20_000;
const REDIRECTS = 5;

/** The files of releases, at the publisher or at a mirror of it. */
export class ReleaseFiles {
  private readonly connections: Dispatcher;

  /** @param address of the publisher or the mirror; user and password in it are given to nobody else */
  constructor(
    private readonly address: URL,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    const connect = connectorOf({ ca: publicAuthorities(), connectWithinMs: CONNECT_WITHIN_MS });
    this.connections = new Agent({ connect }).compose(interceptors.redirect({ maxRedirections: REDIRECTS }));
  }

  /** A small file. @throws ToolMissing */
  async read({ folder }: Release, name: string): Promise<Buffer> {
    return this.fetched(this.url(folder, name), async (body) => {
      const chunks: Buffer[] = [];
      await pipeline(body, atMost(LARGEST_LIST), async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) chunks.push(piece);
      });
      return Buffer.concat(chunks);
    });
  }

  /** Writes a file. @returns its SHA-256 @throws ToolMissing */
  async save({ folder }: Release, name: string, path: string): Promise<string> {
    return this.fetched(this.url(folder, name), async (body) => {
      const hash = createHash('sha256');
      await pipeline(body, atMost(LARGEST_ARCHIVE), hashing(hash), createWriteStream(path));
      return hash.digest('hex');
    });
  }

  async close(): Promise<void> {
    await this.connections.destroy();
  }

  private url(folder: string, name: string): URL {
    const url = new URL(this.address);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${folder}/${name}`;
    return url;
  }

  private async fetched<T>(url: URL, take: (body: Dispatcher.ResponseData['body']) => Promise<T>): Promise<T> {
    const { clock, signal } = this;
    const until = clock.now() + TRIED_FOR_MS;
    try {
      return await retrying(() => this.once(url, take), { clock, signal, until });
    } catch (error) {
      if (error instanceof CallError) throw new ToolMissing(error.message);
      throw error;
    }
  }

  private async once<T>(url: URL, take: (body: Dispatcher.ResponseData['body']) => Promise<T>): Promise<T> {
    const { signal } = this;
    const bare = withoutUser(url);
    try {
      const { statusCode, body } = await request(bare, {
        dispatcher: this.connections,
        headers: authorization(url),
        headersTimeout: ANSWER_WITHIN_MS,
        bodyTimeout: ANSWER_WITHIN_MS,
        signal,
      });
      if (statusCode === 200) return await take(body);
      await body.dump();
      const isPassing = statusCode === 429 || statusCode >= 500;
      throw new CallError(isPassing ? 'unavailable' : 'not-found', `${bare.href} answers with status ${statusCode}.`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CallError || isOfTheDisk(error)) throw error;
      throw new CallError('unreachable', `${bare.href} cannot be had: ${whyUnreachable(error)}.`);
    }
  }
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { authorization: `Basic ${credentials.toString('base64')}` };
}

function isOfTheDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      left -= piece.length;
      done(left < 0 ? new CallError('too-large', `What is offered has more than ${bytes} bytes.`) : null, piece);
    },
  });
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
}
