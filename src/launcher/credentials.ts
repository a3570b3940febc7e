import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePrivateKey, requireMatchingPair } from '../protocol/auth';
import type { PoolToken } from '../protocol/token';
import { CredentialsError, parseToken } from '../protocol/token';
import { EXIT } from '../protocol/exit-codes';
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
export async function readCredentials(folder: string): Promise<Credentials> {
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
