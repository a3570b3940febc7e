import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  keyOf,
  Keyring,
  MissingKeyError,
  newKeyLine,
  Vault,
  VaultError,
  type Place,
} from '../../../src/control-plane/vault';

const PLACE: Place = { table: 'stacks', row: '01K0RRRRRRRRRRRRRRRRRRRRRR', column: 'environment' };
const SECRET = '{"AWS_SECRET_ACCESS_KEY":"correct horse battery staple"}';

const line = (id: string, bytes = randomBytes(32)): string => `${id}:${bytes.toString('base64')}\n`;
const keyring = (...lines: string[]): Keyring => Keyring.parse(lines.join(''), 'encryption.keys');
const flip = (text: string, at: number): string => {
  const index = at < 0 ? text.length + at : at;
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);
};

describe('a value that is sealed', () => {
  const vault = new Vault(keyring(line('one')));
  const sealed = vault.seal(PLACE, SECRET);

  test.each(['', 'a', SECRET, 'ü€😀', 'x'.repeat(1_500_000)])('opens to the same (%#)', (plain) => {
    expect(vault.open(PLACE, vault.seal(PLACE, plain))).toBe(plain);
  });

  test('shows its version, its key and nothing of itself, and looks different each time', () => {
    expect(sealed).toMatch(/^v1:one:[\w-]{16}:[\w-]+$/);
    expect(keyOf(PLACE, sealed)).toBe('one');
    expect(Buffer.from(sealed.split(':')[3]!, 'base64url').toString('latin1')).not.toContain('AWS');
    expect(vault.seal(PLACE, SECRET)).not.toBe(sealed);
  });

  test.each<[string, Partial<Place>]>([
    ['another table', { table: 'pools' }],
    ['another row', { row: '01K0SSSSSSSSSSSSSSSSSSSSSS' }],
    ['another column', { column: 'config' }],
    ['a place whose parts run together the same', { table: 'stacks","01', row: PLACE.row.slice(2) }],
  ])('does not open in %s', (_, other) => {
    expect(() => vault.open({ ...PLACE, ...other }, sealed)).toThrow(VaultError);
  });

  test.each([
    ['its nonce changed', flip(sealed, 8)],
    ['its text changed', flip(sealed, 30)],
    ['its tag changed', flip(sealed, -2)],
    ['its end missing', sealed.slice(0, -4)],
    ['only a part of the tag left', sealed.slice(0, 7 + 16 + 1 + 10)],
    ['nothing left', ''],
    ['its plain text in its place', SECRET],
    ['something like it in its place', 'v1:one'],
  ])('does not open with %s, and the error shows nothing of it', (_, changed) => {
    const open = (): string => vault.open(PLACE, changed);
    expect(open).toThrow(VaultError);
    expect(open).not.toThrow(/AWS|correct horse/);
    expect(open).toThrow(`the environment of ${PLACE.row} in stacks`);
  });

  test('does not open when its key was exchanged for another of the same id, and gives no garbage', () => {
    expect(() => new Vault(keyring(line('one'))).open(PLACE, sealed)).toThrow(
      'the key one in encryption.keys is another than that which it was sealed with',
    );
  });

  test('does not open under the name of another key, though that were the same', () => {
    const bytes = randomBytes(32);
    const both = new Vault(keyring(line('one', bytes), line('two', bytes)));
    expect(() => both.open(PLACE, both.seal(PLACE, SECRET).replace(':one:', ':two:'))).toThrow(VaultError);
  });

  test('cannot be made by who has another key', () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', randomBytes(32), nonce);
    cipher.setAAD(Buffer.from(JSON.stringify(['worker-pools', 'v1', 'one', PLACE.table, PLACE.row, PLACE.column])));
    const bytes = Buffer.concat([cipher.update(SECRET), cipher.final(), cipher.getAuthTag()]);
    const forged = `v1:one:${nonce.toString('base64url')}:${bytes.toString('base64url')}`;
    expect(() => vault.open(PLACE, forged)).toThrow(VaultError);
  });

  test('of a newer format is refused as such', () => {
    expect(() => vault.open(PLACE, sealed.replace('v1', 'v2'))).toThrow('has the format v2 of a newer version');
  });
});

describe('a key', () => {
  const [one, two] = [line('one'), line('two')];
  const before = new Vault(keyring(one)).seal(PLACE, SECRET);

  test('that is put in front is written with, and the former is read with', () => {
    const vault = new Vault(keyring(two, one));
    expect(vault.open(PLACE, before)).toBe(SECRET);
    expect(keyOf(PLACE, vault.seal(PLACE, SECRET))).toBe('two');
  });

  test('is exchanged by sealing again, after which the former may go', () => {
    const vault = new Vault(keyring(two, one));
    const after = vault.reseal(PLACE, before)!;
    expect(vault.reseal(PLACE, after)).toBeUndefined();
    expect(new Vault(keyring(two)).open(PLACE, after)).toBe(SECRET);
  });

  test('that is missing is named', () => {
    const vault = new Vault(keyring(two));
    expect(() => vault.open(PLACE, before)).toThrow(MissingKeyError);
    expect(() => vault.open(PLACE, before)).toThrow('encrypted with the key one, which is not in encryption.keys');
    expect(() => vault.reseal(PLACE, before)).toThrow(MissingKeyError);
  });

  test('that was added meanwhile is looked for once a value needs it', () => {
    const vault: Vault = new Vault(keyring(two), () => vault.use(keyring(two, one)));
    expect(vault.open(PLACE, before)).toBe(SECRET);
  });
});

describe('the file of the keys', () => {
  test('may have comments, empty lines and the line ends of Windows', () => {
    const { ids, first } = keyring('# ours\r\n', '\r\n', line('a-1').replace('\n', '\r\n'), `  ${line('b_2')}`);
    expect(ids).toEqual(['a-1', 'b_2']);
    expect(first.id).toBe('a-1');
  });

  test('gets keys that it can be read with, each another', () => {
    const lines = Array.from({ length: 50 }, newKeyLine);
    expect(new Set(keyring(...lines).ids).size).toBe(50);
  });

  test.each([
    ['nothing', '', 'encryption.keys holds no key'],
    ['only a comment', '# key\n', 'encryption.keys holds no key'],
    ['a key without an id', `${randomBytes(32).toString('base64')}\n`, 'line 1 of encryption.keys is not id:base64'],
    ['a short key', `# x\n${line('one', randomBytes(16))}`, 'line 2 of encryption.keys is not id:base64'],
    ['a long key', line('one', randomBytes(64)), 'line 1 of encryption.keys is not id:base64'],
    ['an id with a colon', line('o:ne'), 'line 1 of encryption.keys is not id:base64'],
    ['one id twice', line('one') + line('one'), 'two keys with the id one'],
  ])('is refused with a sentence, and without a key in it, when it holds %s', (_, text, sentence) => {
    const parse = (): Keyring => Keyring.parse(text, 'encryption.keys');
    expect(parse).toThrow(sentence);
    expect(parse).not.toThrow(/[A-Za-z0-9+/]{20,}={0,2}/);
  });
});
