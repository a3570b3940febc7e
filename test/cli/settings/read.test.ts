import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { listenAddress, listOfTexts, oneOf, port, text, toggle, url } from '../../../src/cli/settings/kinds';
import { readSettings, type Rule, type Sources } from '../../../src/cli/settings/read';
import { optional, setting } from '../../../src/cli/settings/setting';
import { HttpAddress } from '../../../src/protocol/token';
import { removeFolder, temporaryFolder } from '../../support/folder';

const SETTINGS = {
  listen: setting(listenAddress(), 'address', 'localhost:8443'),
  tls: setting(toggle(), 'TLS', true),
  names: setting(listOfTexts('name'), 'names', []),
  publicUrl: optional(url('https://host[:port], without a path', HttpAddress), 'address of others'),
  web: setting(oneOf('who', ['basic', 'open']), 'who sees it', 'basic'),
  'blobs.s3.bucket': optional(text('name'), 'bucket'),
  'blobs.s3.forcePathStyle': setting(toggle(), 'path style', false),
  'blobs.port': optional(port(), 'port'),
  secret: optional(text('secret', 16), 'secret', { isSecret: true }),
};

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
});

afterAll(() => removeFolder(folder));

interface Told {
  readonly flags?: Record<string, string | boolean | readonly string[]>;
  readonly variables?: Record<string, string>;
  readonly file?: string;
}

const path = () => join(folder, 'settings.yaml');

const sources = ({ flags = {}, variables = {}, file }: Told): Sources => {
  if (file !== undefined) writeFileSync(path(), file);
  return { flags: new Map(Object.entries(flags)), variables, file: file === undefined ? undefined : path() };
};

const read = (told: Told) => readSettings(SETTINGS, sources(told));

/** The items of the refusal, with the file by its name alone. */
function refusals(told: Told, rules: readonly Rule<typeof SETTINGS>[] = []): string[] {
  try {
    readSettings(SETTINGS, sources(told), rules);
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replaceAll(path(), 'FILE'));
  }
  return [];
}

describe('a setting', () => {
  it('has its default where nothing is said', () => {
    expect(read({})).toEqual({
      listen: { host: 'localhost', port: 8443 },
      tls: true,
      names: [],
      publicUrl: undefined,
      web: 'basic',
      'blobs.s3.bucket': undefined,
      'blobs.s3.forcePathStyle': false,
      'blobs.port': undefined,
      secret: undefined,
    });
  });

  const file = 'blobs: { s3: { bucket: of-the-file } }';
  const variables = { WORKER_POOLS_BLOBS_S3_BUCKET: 'of-the-variable' };
  const flags = { 'blobs.s3.bucket': 'of-the-flag' };
  test.each([
    ['is read from the file', { file }, 'of-the-file'],
    ['is rather read from a variable', { file, variables }, 'of-the-variable'],
    ['is rather read from a flag', { file, variables, flags }, 'of-the-flag'],
    [
      'is read from the file where the variable is empty',
      { file, variables: { WORKER_POOLS_BLOBS_S3_BUCKET: '' } },
      'of-the-file',
    ],
  ])('%s', (_, told, expected) => expect(read(told)['blobs.s3.bucket']).toBe(expected));

  test.each([
    ['a number', { WORKER_POOLS_BLOBS_PORT: '9000' }, { 'blobs.port': 9000 }],
    ['a switch', { WORKER_POOLS_TLS: 'False' }, { tls: false }],
    ['a list, separated by commas', { WORKER_POOLS_NAMES: 'a, b' }, { names: ['a', 'b'] }],
    [
      'a URL, without the slash at its end',
      { WORKER_POOLS_PUBLIC_URL: 'https://[fd00::2]:1/' },
      { publicUrl: 'https://[fd00::2]:1' },
    ],
    ['an address of IPv6', { WORKER_POOLS_LISTEN: '[::1]:0' }, { listen: { host: '::1', port: 0 } }],
    ['an address of IPv4', { WORKER_POOLS_LISTEN: '127.0.0.1:0' }, { listen: { host: '127.0.0.1', port: 0 } }],
    ['every address', { WORKER_POOLS_LISTEN: ':8443' }, { listen: { host: '::', port: 8443 } }],
  ])('is, as a variable, %s', (_, variables, expected) => expect(read({ variables })).toMatchObject(expected));
});

describe('what cannot be used is refused with its place and what is allowed', () => {
  test.each<[string, Told, string]>([
    [
      'an unknown key',
      { file: 'blob: 1' },
      'FILE: blob: there is no such setting; here are listen, tls, names, publicUrl, web, blobs',
    ],
    [
      'an unknown key of a section',
      { file: 'blobs: { s3: { buckt: x } }' },
      'FILE: blobs.s3.buckt: there is no such setting; here are bucket, forcePathStyle',
    ],
    ['a section that is none', { file: 'blobs: { s3: bucket }' }, 'FILE: blobs.s3: must hold bucket, forcePathStyle'],
    ['a file that is no map', { file: '- listen' }, 'FILE: must hold listen, tls, names, publicUrl, web, blobs'],
    [
      'a file that is no YAML',
      { file: 'listen: [' },
      'FILE cannot be read as YAML: Flow sequence in block collection must be',
    ],
    [
      'a key that is there twice',
      { file: 'tls: true\ntls: false' },
      'FILE cannot be read as YAML: Map keys must be unique',
    ],
    ['a value of the wrong type', { file: 'tls: "yes"' }, 'FILE: tls: it must be true or false, not "yes"'],
    [
      'a key without a value',
      { file: 'listen:' },
      'FILE: listen: it must be host:port, like localhost:8443, [::1]:0 or, for every address, :8443, not null',
    ],
    [
      'one text for a list',
      { file: 'names: a' },
      'FILE: names: it must be a list of texts, none of them empty, not "a"',
    ],
    [
      'a port that is none',
      { variables: { WORKER_POOLS_BLOBS_PORT: 'tcp://10.0.0.1:80' } },
      'WORKER_POOLS_BLOBS_PORT: it must be a whole number from 0 to 65535, not "tcp://10.0.0.1:80"',
    ],
    [
      'a port that is too high',
      { flags: { listen: 'localhost:65536' } },
      '--listen: it must be host:port, like localhost:8443, [::1]:0 or, for every address, :8443, not "localhost:65536"',
    ],
    ['an address without brackets', { flags: { listen: '::1:8443' } }, '--listen: it must be host:port,'],
    ['a word that is none of several', { flags: { web: 'all' } }, '--web: it must be one of basic, open, not "all"'],
    [
      'a URL with a path',
      { flags: { publicUrl: 'https://a/b' } },
      '--public-url: it must be https://host[:port], without a path, not "https://a/b"',
    ],
    ['a secret in the file', { file: 'secret: 0123456789abcdef' }, 'FILE: secret: there is no such setting;'],
    [
      'a short secret, which is not shown',
      { variables: { WORKER_POOLS_SECRET: 'short' } },
      'WORKER_POOLS_SECRET: it must be a text of at least 16 characters',
    ],
    [
      'what is overruled',
      { file: 'tls: 1', variables: { WORKER_POOLS_TLS: 'true' } },
      'FILE: tls: it must be true or false, not 1',
    ],
  ])('%s', (_, told, refusal) => {
    const [only, ...others] = refusals(told);
    expect(only).toContain(refusal);
    expect(only).not.toContain('short');
    expect(others).toEqual([]);
  });

  test('a file that is not there', () => {
    const missing = join(folder, 'missing.yaml');
    expect(() => readSettings(SETTINGS, { flags: new Map(), variables: {}, file: missing })).toThrow(
      `${missing} cannot be read: there is no such file`,
    );
  });

  test('everything at once', () => {
    const told = { file: 'tls: 1\nlog: 2', variables: { WORKER_POOLS_WEB: 'x' }, flags: { listen: 'y' } };
    expect(refusals(told)).toHaveLength(4);
  });

  test('values that do not fit together, once each of them is allowed', () => {
    const rule: Rule<typeof SETTINGS> = ({ tls, web }) => (!tls && web === 'open' ? 'web: not without TLS' : undefined);
    expect(refusals({ flags: { tls: false, web: 'open' } }, [rule])).toEqual(['web: not without TLS']);
    expect(refusals({ flags: { tls: false, web: 'all' } }, [rule])).toEqual([expect.stringContaining('one of')]);
    expect(refusals({ flags: { tls: false } }, [rule])).toEqual([]);
  });
});
