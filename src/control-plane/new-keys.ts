import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder, writeFileDurably } from './durable-file';
import { ConfigurationError } from './errors';
import { newApiKey, newSigningKey } from './identity/api-keys';
import { KEY_FILES, KeyFiles, type KeyFile } from './key-files';
import { makeAuthority } from './pki/authority';
import { addKey, newKeyLine } from './vault';

export type Keys = Readonly<Record<KeyFile, string>>;

/** All keys of a control plane: those that a folder has, and fresh ones for the others. Nothing is written. */
export async function completeKeys(folder?: string): Promise<Keys> {
  const there = (name: KeyFile): string | undefined => {
    const path = folder === undefined ? undefined : join(folder, name);
    return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const [certificate, key] = [there('ca.crt'), there('ca.key')];
  if ((certificate === undefined) !== (key === undefined)) {
    throw new ConfigurationError(
      `${folder} has only one of ca.crt and ca.key: one is of no use without the other, put both there or neither`,
    );
  }
  const authority = certificate && key ? { certificate, key } : await makeAuthority(Date.now());
  return {
    'ca.crt': authority.certificate,
    'ca.key': authority.key,
    'jwt.key': there('jwt.key') ?? newSigningKey(),
    'encryption.keys': there('encryption.keys') ?? newKeyLine(),
    'admin-key.json': there('admin-key.json') ?? newApiKey(),
  };
}

/** Completes a folder of keys. @returns the names of those that were made. */
export async function completeFolder(folder: string): Promise<KeyFile[]> {
  makePrivateFolder(folder);
  const keys = await completeKeys(folder);
  const files = KeyFiles.inDataFolder(folder);
  const names = (Object.keys(KEY_FILES) as KeyFile[]).filter((name) => !files.has(name));
  for (const name of names) files.write(name, keys[name]);
  return names;
}

/**
 * Adds a fresh key to a file of encryption keys.
 * @param place first: it is written with at once; last: it is only known, until somebody puts it first.
 * @returns the id of the key.
 */
export function addEncryptionKey(path: string, place: 'first' | 'last'): string {
  const { text, id } = addKey(readFileSync(path, 'utf8'), path, place);
  writeFileDurably(path, text, 0o600);
  return id;
}
