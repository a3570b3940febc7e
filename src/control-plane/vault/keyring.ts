import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../errors';

const KEY_BYTES = 32;
const LINE = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/;

export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of `encryption.keys`: a line `id:base64` for each; the first is written with, and all are read with. */
export class Keyring {
  private constructor(private readonly keys: readonly [EncryptionKey, ...EncryptionKey[]]) {}

  /**
   * Empty lines, and those that begin with `#`, mean nothing.
   * @param where the name of the file, for messages.
   * @throws ConfigurationError
   */
  static parse(text: string, where: string): Keyring {
    const keys = text
      .split(/\r?\n/)
      .map((line, index) => ({ line: line.trim(), number: index + 1 }))
      .filter(({ line }) => line !== '' && !line.startsWith('#'))
      .map(({ line, number }) => parseLine(line, `line ${number} of ${where}`));
    const [first, ...others] = keys;
    if (!first)
      throw new ConfigurationError(`${where} holds no key: a line id:base64 of ${KEY_BYTES} random bytes is needed`);
    const ids = keys.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined)
      throw new ConfigurationError(`${where} has two keys with the id ${twice}: each needs its own`);
    return new Keyring([first, ...others]);
  }

  get first(): EncryptionKey {
    return this.keys[0];
  }

  get ids(): readonly string[] {
    return this.keys.map(({ id }) => id);
  }

  find(id: string): EncryptionKey | undefined {
    return this.keys.find((key) => key.id === id);
  }
}

function parseLine(line: string, where: string): EncryptionKey {
  const [, id = '', base64 = ''] = LINE.exec(line) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (id === '' || bytes.length !== KEY_BYTES) {
    throw new ConfigurationError(
      `${where} is not id:base64 of ${KEY_BYTES} random bytes (an id: letters, digits, - and _, at most 32)`,
    );
  }
  return { id, key: createSecretKey(bytes) };
}

/** A line for `encryption.keys` with a fresh key. */
export function newKeyLine(): string {
  return `${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}\n`;
}

/**
 * The content of `encryption.keys` with a fresh key more.
 * @throws ConfigurationError when the present content is not in order.
 */
export function addKey(text: string, where: string, place: 'first' | 'last'): { text: string; id: string } {
  Keyring.parse(text, where);
  const line = newKeyLine();
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  return { text: place === 'first' ? line + ended : ended + line, id: line.split(':')[0]! };
}
