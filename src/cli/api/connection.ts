import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT_CODES } from '../exit-codes';
import { UsageError, UserError } from '../run-program';
import { readExisting } from './given-file';
import { Profiles, type KeptSession, type Profile } from './profiles';

export interface AddressFlags {
  readonly url?: string;
  readonly ca?: string;
}

export interface KeyFlags {
  readonly apiKeyId?: string;
  readonly apiKeySecretFile?: string;
}

export interface ConnectionFlags extends AddressFlags, KeyFlags {
  readonly profile?: string;
}

export interface Address {
  /** Without a slash at the end. */
  readonly url: string;
  /** PEM; undefined trusts the system's authorities. */
  readonly ca: string | undefined;
}

export interface ApiKeyParts {
  readonly id: string;
  /** Looked for at each log-in: a file may hold a token that is replaced before it ends. @throws UserError */
  readonly secret: () => string;
}

export interface Connection extends Address, ApiKeyParts {
  /** @default - each command logs in */
  readonly session?: KeptSession;
}

/** Heading of these flags in a command's help. */
export const CONNECTION_GROUP = 'Which control plane, and as whom:';

/** Adds the flags that say which control plane, and as whom. */
export function withConnection(command: Command): Command {
  return withAddressAndKey(
    command
      .optionsGroup(CONNECTION_GROUP)
      .option('--profile <profile>', 'profile with both ($WORKER_POOLS_PROFILE; default: that of profile use)'),
  );
}

/** The same without a profile. */
export function withAddressAndKey(command: Command, group = CONNECTION_GROUP): Command {
  return command
    .optionsGroup(group)
    .option('--url <url>', 'address of the control plane ($WORKER_POOLS_URL)')
    .option(
      '--ca <file>',
      "PEM of its certificate authority, <data-dir>/ca.crt of the control plane ($WORKER_POOLS_CA; default: the system's)",
    )
    .option('--api-key-id <id>', 'id of the API key ($WORKER_POOLS_API_KEY_ID; default: admin)')
    .option(
      '--api-key-secret-file <file>',
      'file with its secret or token, or with both as JSON, such as admin-key.json ($WORKER_POOLS_API_KEY_SECRET_FILE; or the secret itself in $WORKER_POOLS_API_KEY_SECRET)',
    );
}

/** Flags win over a profile that is named by one, that over variables, and those over the profile in use. */
export function connectionOf(
  flags: ConnectionFlags,
  environment: NodeJS.ProcessEnv = process.env,
  profiles = Profiles.of(environment),
): Connection {
  const variables = flags.profile === undefined ? environment : {};
  const url = flags.url || variables.WORKER_POOLS_URL;
  const key = keyOf(flags, variables);
  const isAllSaid = Boolean(url && key);
  const profile = flags.profile !== undefined || !isAllSaid ? chosen(profiles, flags, environment) : undefined;
  const address = addressOf(requireUrl(url ?? profile?.url), flags.ca || variables.WORKER_POOLS_CA);
  // The key of a profile goes to its own control plane alone.
  const own = address.url === profile?.url ? profile : undefined;
  return { ...requireKey(key ?? own), url: address.url, ca: address.ca ?? own?.ca };
}

function chosen(
  profiles: Profiles,
  { profile: named, apiKeyId }: ConnectionFlags,
  { WORKER_POOLS_PROFILE: usual }: NodeJS.ProcessEnv,
): Connection | undefined {
  const name = (named ?? usual) || profiles.current;
  if (name === undefined) return undefined;
  const profile = profiles.get(name);
  const { url, ca } = profile;
  const key = { id: apiKeyId ?? profile.apiKeyId, secret: () => secretOf(profile) };
  const session = key.id === profile.apiKeyId ? { session: profiles.session(name, profile) } : {};
  return { url, ca: ca ?? undefined, ...key, ...session };
}

function requireKey<Key extends ApiKeyParts>(key: Key | undefined): Key {
  if (key) return key;
  throw new UserError(
    'no API key: give --api-key-secret-file, set WORKER_POOLS_API_KEY_SECRET, or make a profile with worker-pools profile login',
    EXIT_CODES.denied.code,
  );
}

function requireUrl(url: string | undefined): string {
  if (url) return url;
  throw new UsageError(
    'which control plane? Give --url https://host:port, set WORKER_POOLS_URL, or make a profile with worker-pools profile login',
  );
}

/** @throws UserError for what is no address */
export function addressOf(url: string, caPath: string | undefined): Address {
  if (!/^https?:\/\/[^/]/.test(url)) throw new UsageError(`--url ${url} must begin with https:// or http://`);
  return { url: url.replace(/\/+$/, ''), ca: caPath ? certificateOf(caPath) : undefined };
}

/** Undefined where no secret is given. */
function keyOf(flags: KeyFlags, variables: NodeJS.ProcessEnv): ApiKeyParts | undefined {
  const path = flags.apiKeySecretFile || variables.WORKER_POOLS_API_KEY_SECRET_FILE;
  const file = path ? keyOfFile(path) : undefined;
  const secret = variables.WORKER_POOLS_API_KEY_SECRET;
  if (!path && !secret) return undefined;
  const id = flags.apiKeyId ?? file?.id ?? (variables.WORKER_POOLS_API_KEY_ID || 'admin');
  return { id, secret: () => (path ? keyOfFile(path).secret : secret!) };
}

function secretOf({ secret, secretFile }: Profile): string {
  return secret ?? keyOfFile(secretFile ?? '').secret;
}

/** A bare secret or token, or the JSON that the control plane writes. */
export function keyOfFile(path: string): { id?: string; secret: string } {
  return keyOfText(readExisting(resolve(path), '--api-key-secret-file'));
}

/** @throws UserError for one that is empty */
export function keyOfText(text: string): { id?: string; secret: string } {
  const key = text.trimStart().startsWith('{') ? parsed(text) : { secret: text.trim() };
  if (typeof key.secret === 'string' && key.secret !== '') return key;
  throw new UserError('no API key: the secret is empty');
}

function parsed(text: string): { id?: string; secret: string } {
  try {
    return JSON.parse(text) as { id: string; secret: string };
  } catch {
    throw new UserError('the file of the API key begins like JSON but is not valid');
  }
}

function certificateOf(path: string): string {
  const pem = readExisting(path, '--ca');
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new UserError(`--ca: ${path} is not a PEM certificate: it must begin with -----BEGIN CERTIFICATE-----`);
  }
}
