import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../run-program';

export interface ConnectionFlags {
  readonly url?: string;
  readonly ca?: string;
  readonly apiKeyId?: string;
  readonly apiKeySecret?: string;
  readonly apiKeySecretFile?: string;
}

export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  /** PEM; undefined trusts the system's authorities. */
  readonly ca: string | undefined;
  readonly id: string;
  readonly secret: string;
}

/** Heading of these flags in a command's help. */
export const CONNECTION_GROUP = 'Which control plane, and as whom:';

/** Adds the flags that say which control plane, and as whom. */
export function withConnection(command: Command): Command {
  return command
    .optionsGroup(CONNECTION_GROUP)
    .option('--url <url>', 'address of the control plane ($WORKER_POOLS_URL)')
    .option(
      '--ca <file>',
      "PEM of its certificate authority, <data-dir>/ca.crt of the control plane ($WORKER_POOLS_CA; default: the system's)",
    )
    .option('--api-key-id <id>', 'id of the API key ($WORKER_POOLS_API_KEY_ID; default: admin)')
    .option('--api-key-secret <secret>', 'secret of the API key ($WORKER_POOLS_API_KEY_SECRET)')
    .option(
      '--api-key-secret-file <file>',
      'file with the secret, or the admin-key.json of the control plane ($WORKER_POOLS_API_KEY_SECRET_FILE)',
    );
}

/** @throws UserError that says what is missing and how to give it. */
export function connectionOf(flags: ConnectionFlags, environment: NodeJS.ProcessEnv = process.env): Connection {
  const url = flags.url || environment.WORKER_POOLS_URL;
  if (!url) throw new UserError('which control plane? Give --url https://host:port, or set WORKER_POOLS_URL');
  if (!/^https?:\/\/[^/]/.test(url)) throw new UserError(`--url ${url} must begin with https:// or http://`);
  const caPath = flags.ca || environment.WORKER_POOLS_CA;
  return {
    url: url.replace(/\/+$/, ''),
    ca: caPath ? certificateOf(caPath) : undefined,
    ...apiKeyOf(flags, environment),
  };
}

/** Flags win over files, files over the environment. */
function apiKeyOf(flags: ConnectionFlags, environment: NodeJS.ProcessEnv): Pick<Connection, 'id' | 'secret'> {
  const path = flags.apiKeySecretFile || environment.WORKER_POOLS_API_KEY_SECRET_FILE;
  const file = path ? keyOfFile(read(path, '--api-key-secret-file')) : undefined;
  const secret = flags.apiKeySecret ?? file?.secret ?? environment.WORKER_POOLS_API_KEY_SECRET;
  if (!secret) throw new UserError('no API key: give --api-key-secret-file, or set WORKER_POOLS_API_KEY_SECRET');
  return { id: flags.apiKeyId ?? file?.id ?? (environment.WORKER_POOLS_API_KEY_ID || 'admin'), secret };
}

/** A bare secret, or the JSON that the control plane writes. */
function keyOfFile(text: string): { id?: string; secret: string } {
  if (!text.trimStart().startsWith('{')) return { secret: text.trim() };
  try {
    return JSON.parse(text) as { id: string; secret: string };
  } catch {
    throw new UserError('the file of the API key begins like JSON but is not valid');
  }
}

function certificateOf(path: string): string {
  const pem = read(path, '--ca');
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new UserError(`--ca: ${path} is not a PEM certificate: it must begin with -----BEGIN CERTIFICATE-----`);
  }
}

function read(path: string, flag: string): string {
  if (!existsSync(path)) throw new UserError(`${flag}: there is no file ${path}`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${flag}: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
