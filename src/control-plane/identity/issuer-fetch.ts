import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import { SecureAgent } from '../../network/agents';
import { publicAuthorities } from '../../network/authorities';
import { Proxies, type Variables } from '../../network/proxies';

/** How long the answer of an issuer may take, to its end. */
export const ISSUER_ANSWER_MS = 5_000;

/** The largest known document has 20 KiB. */
const MOST_BYTES = 128 * 1024;

/** An API server of Kubernetes refuses whoever wants its keys as plain JSON alone. */
const TYPES = 'application/json, application/jwk-set+json';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface FetchOptions {
  /** @default ISSUER_ANSWER_MS */
  readonly answerMs?: number;
  /** What says which proxy to ask. @default those of the process */
  readonly environment?: Variables;
}

/** Whether something may be fetched from there: over TLS, or from this machine. */
export function mayBeFetched(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/**
 * A JSON document of an issuer, by the proxy that the environment names. Redirects are not followed, as they could lead anywhere.
 * @param ca PEM of authorities that are trusted beside the usual ones
 * @throws Error that says what is wrong
 */
export async function fetchDocument(
  url: string,
  ca: string | null,
  { answerMs = ISSUER_ANSWER_MS, environment = process.env }: FetchOptions = {},
): Promise<unknown> {
  const signal = AbortSignal.timeout(answerMs);
  try {
    const response = await answer(url, ca, signal, environment);
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Error(`it answers ${response.statusCode}, not 200; redirects are not followed`);
    }
    return JSON.parse(await textOf(response)) as unknown;
  } catch (error) {
    const why = signal.aborted ? `no answer within ${answerMs / 1000} s` : (error as Error).message;
    throw new Error(`${url}: ${why}`, { cause: error });
  }
}

function answer(url: string, ca: string | null, signal: AbortSignal, environment: Variables): Promise<IncomingMessage> {
  const { protocol } = new URL(url);
  const options = { signal, headers: { Accept: TYPES } };
  const trusted = ca === null ? {} : { ca: [...(publicAuthorities() ?? getCACertificates('default')), ca] };
  return new Promise((resolve, reject) => {
    const asked =
      protocol === 'http:'
        ? requestHttp(url, { ...options, agent: false }, resolve)
        : requestHttps(
            url,
            { ...options, agent: new SecureAgent({ ...trusted, proxies: new Proxies(environment) }) },
            resolve,
          );
    asked.on('error', reject).end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // Leaving the loop ends the connection.
    if (bytes > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES / 1024} KiB`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
