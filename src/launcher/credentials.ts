import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePrivateKey, poolJwtSource, requireMatchingPair } from '../protocol/auth';
import type { PoolToken } from '../protocol/token';
import { CredentialsError, parseToken } from '../protocol/token';
import { EXIT } from '../protocol/exit-codes';
import type { Clock } from '../time';
import { LauncherExit } from './exit';

export interface Credentials {
  readonly token: PoolToken;
  readonly privateKeyPem: string;
  readonly privateKey: KeyObject;
}

async function readPart(folder: string, part: 'token' | 'privateKey'): Promise<string> {
  try {
    return await readFile(join(folder, part), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new LauncherExit(
      EXIT.credentials,
      `The pool's ${part} cannot be read (${code}). It is mounted from the pool's Secret; look for the key that the WorkerPool names.`,
    );
  }
}

/**
 * Reads token and private key of the pool from the folder that its Secret is mounted at.
 *
 * @throws LauncherExit (`credentials`) without any part of either in its message.
 */
async function readCredentials(folder: string): Promise<Credentials> {
  const [tokenText, keyText] = await Promise.all([readPart(folder, 'token'), readPart(folder, 'privateKey')]);
  try {
    const token = parseToken(tokenText);
    const privateKeyPem = parsePrivateKey(keyText);
    requireMatchingPair(token.certificate, privateKeyPem);
    return { token, privateKeyPem, privateKey: createPrivateKey(privateKeyPem) };
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw new LauncherExit(EXIT.credentials, `The pool's credentials cannot be used: ${error.message}.`);
  }
}

/** The kubelet renews the files within a minute or two after the Secret was changed. */
const READ_AGAIN_AFTER_MS = 60_000;

/**
 * The pool's credentials as they are now: read again every minute, and at once when the control plane refuses them,
 * because the pool may be reset while a run is under way.
 */
export class PoolAccess {
  private proof: () => Promise<string>;
  private readAt: number;

  private constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private current: Credentials,
  ) {
    this.readAt = clock.monotonic();
    this.proof = this.newProof();
  }

  /** @throws LauncherExit (`credentials`) */
  static async open(folder: string, clock: Clock): Promise<PoolAccess> {
    return new PoolAccess(folder, clock, await readCredentials(folder));
  }

  get credentials(): Credentials {
    return this.current;
  }

  /** A JWT of the pool. */
  async jwt(): Promise<string> {
    if (this.clock.monotonic() - this.readAt >= READ_AGAIN_AFTER_MS) await this.readAgain();
    return this.proof();
  }

  /** Takes up what lies in the files now. What cannot be used, or belongs to another pool, is left alone. */
  async readAgain(): Promise<void> {
    this.readAt = this.clock.monotonic();
    let read: Credentials;
    try {
      read = await readCredentials(this.folder);
    } catch (error) {
      if (error instanceof LauncherExit) return;
      throw error;
    }
    if (read.token.poolId !== this.current.token.poolId) return;
    this.current = read;
    this.proof = this.newProof();
  }

  private newProof(): () => Promise<string> {
    const { token, privateKeyPem } = this.current;
    const input = { poolId: token.poolId, certificate: token.certificate, privateKeyPem };
    return poolJwtSource(input, () => this.clock.now());
  }
}
