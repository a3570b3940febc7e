import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { request } from 'undici';
import { WORKER_PATH } from '../../../src/protocol/messages';
import { parseToken } from '../../../src/protocol/token';
import type { TestPool } from '../../control-plane/support/control-plane';
import { makeKey } from '../../control-plane/support/credentials';
import { Speaker } from '../../control-plane/support/speaking';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';
import { Program, type RunningProgram } from '../support/program';

// Each test starts a program, which is slow where several suites share few processors.
let folder: string;
let program: Program;
let running: RunningProgram | undefined;
let speaker: Speaker | undefined;

beforeAll(async () => {
  folder = temporaryFolder();
  program = await Program.controlPlane(folder);
  await program.run('control-plane', 'keys', '--out', join(folder, 'keys'));
});

afterEach(async () => {
  await speaker?.close();
  running?.signal('SIGKILL');
  await running?.ended;
});

afterAll(() => removeFolder(folder));

interface Said {
  readonly endpoint: string;
  readonly apiKeyId: string;
  readonly apiKeySecret: string;
}

/** Starts it in a data folder of its own; what it says when it serves, and how it is spoken to. */
async function serving(
  name: string,
  ...args: string[]
): Promise<{ said: Said; speaker: Speaker; process: RunningProgram }> {
  const dataDir = join(folder, name);
  const started = program.start('control-plane', '--data-dir', dataDir, '--json', ...args);
  running = started;
  await until(() => started.stdout.endsWith('\n'), 'it says that it serves').catch(() => {
    throw new Error(started.stderr);
  });
  const said = JSON.parse(started.stdout) as Said;
  const ca = readFileSync(join(dataDir, 'ca.crt'), 'utf8');
  speaker = new Speaker({ url: said.endpoint, ca, apiKey: { id: said.apiKeyId, secret: said.apiKeySecret } });
  return { said, speaker, process: started };
}

async function makePool(by: Speaker): Promise<TestPool> {
  const { csr, privateKeyPem } = await makeKey();
  const query =
    'mutation($csr: String!) { workerPoolCreate(name: "pool", certificateSigningRequest: $csr) { id config } }';
  const { id, config } = await by.ask<{ id: string; config: string }>(query, { csr }, await by.logIn());
  return { id, privateKeyPem, token: parseToken(config) };
}

test('it says in one line how it is reached and entered, answers who waits when it is told to stop, and ends', async () => {
  const { said, speaker: by, process } = await serving('one', '--listen', '127.0.0.1:0');
  expect(said).toEqual({
    endpoint: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    apiKeyId: 'admin',
    apiKeySecret: expect.stringMatching(/^.{16,}$/),
  });
  const pool = await makePool(by);
  expect(pool.token.endpoint).toBe(said.endpoint);
  const waiting = await by.begin(`${WORKER_PATH}/watch`, () =>
    by.operation(pool, 'watch', { session: 's', after: 1_000, waitSeconds: 25 }),
  );
  process.signal('SIGTERM');
  const { statusCode, body } = await waiting.answer;
  expect(statusCode).toBe(200);
  expect(await body.json()).toMatchObject({ workers: [] });
  const { exitCode, stdout, stderr } = await process.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${JSON.stringify(said)}\n` });
  expect(stderr).toContain('control plane stopped');
});

test('it ends at once when it is told so twice', async () => {
  const { speaker: by, process } = await serving('two', '--listen', '127.0.0.1:0');
  const pool = await makePool(by);
  const jwt = await by.logIn();
  await by.ask('mutation($pool: ID!) { stackCreate(name: "stack", workerPool: $pool) { id } }', { pool: pool.id }, jwt);
  const endless = new Readable({ read: () => undefined });
  endless.push(Buffer.from([0x1f, 0x8b, 0x08]));
  const path = '/api/v1/stacks/stack/source';
  const uploading = await by.begin(path, () => by.send('PUT', path, { jwt, body: endless }));
  const failed = expect(uploading.answer).rejects.toThrow();
  process.signal('SIGTERM');
  await until(() => process.stderr.includes('"msg":"stopping"'), 'it stops');
  process.signal('SIGTERM');
  expect((await process.ended).exitCode).toBe(1);
  await failed;
});

test('it reads a file, and variables and flags that win over it', async () => {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, 'listen: localhost:1\nmqtt: false\nmetricsPort: 0\nweb: basic\nlogLevel: error\n');
  const { said, process } = await serving('three', '--config', file, '--listen', 'localhost:0', '--log-level', 'info');
  expect(said.endpoint).toMatch(/^https:\/\/localhost:\d+$/);
  // Its log comes by another pipe than what it says, and may be read later.
  const line = await until(() => /^.*"control plane listens".*$(?=\n)/m.exec(process.stderr)?.[0], 'it logs where');
  const { mqttUrl, metricsUrl } = JSON.parse(line) as { mqttUrl: string; metricsUrl: string };
  expect(mqttUrl).toBe('');
  expect((await request(`${metricsUrl}/readyz`)).statusCode).toBe(200);
});

test('it refuses settings whole, with all that is wrong', async () => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, 'listn: localhost:1\nblobs: 3\nweb: all\n');
  const result = await program.with({ WORKER_POOLS_TLS: 'maybe' }).run('control-plane', '--config', file);
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  for (const part of [`${file}: listn: there is`, `${file}: web: it must`, 'WORKER_POOLS_TLS: it must']) {
    expect(result.stderr).toContain(part);
  }
  expect(result.stderr).not.toContain('    at ');
});

test.each([
  ['every address without the one that workers reach', ['--listen', ':0'], 'publicUrl: it must be set where'],
  ['one port twice', ['--listen', 'localhost:7', '--mqtt-port', '7'], 'they must differ, and 7 is there twice'],
  [
    'S3 without a bucket',
    ['--blobs-s3-force-path-style'],
    'blobs.s3.forcePathStyle: it is of no use without blobs.s3.bucket',
  ],
  ['a file that is not there', ['--database-url-file', '/nowhere'], 'databaseUrlFile: /nowhere cannot be read: ENOENT'],
  ['an address of another machine', ['--listen', '192.0.2.1:0'], '192.0.2.1 is no address of this machine'],
])('it refuses %s', async (_, args, sentence) => {
  const result = await program.run('control-plane', '--data-dir', join(folder, 'refused'), ...args);
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toContain(sentence);
  expect(result.stderr).not.toContain('    at ');
});

type Broken = (name: string) => { readonly args?: readonly string[]; readonly environment?: NodeJS.ProcessEnv };

const fileAt = (path: string, content: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

/** A folder of keys in which one has other content. */
const withKeys =
  (file: string, content: string): Broken =>
  (name) => {
    const keys = join(folder, name);
    cpSync(join(folder, 'keys'), keys, { recursive: true });
    writeFileSync(join(keys, file), content);
    return { args: ['--keys-dir', keys] };
  };

const onPostgres =
  (url: string): Broken =>
  () => ({ environment: { WORKER_POOLS_DATABASE_URL: url } });

const BROKEN: readonly [what: string, Broken, sentence: string][] = [
  [
    'a file in the place of the data folder',
    (name) => ({ args: ['--data-dir', fileAt(join(folder, name), '')] }),
    'is a file, and should be a folder: mend that, or give another --data-dir',
  ],
  [
    'a data folder below a file',
    (name) => ({ args: ['--data-dir', join(fileAt(join(folder, name), ''), 'below')] }),
    'cannot be a folder, because there is a file above it',
  ],
  [
    'a file that is no database',
    (name) => ({ args: ['--data-dir', dirname(fileAt(join(folder, name, 'control-plane.db'), 'a text '.repeat(99)))] }),
    'control-plane.db is no database of SQLite: name the folder of a control plane, or an empty one',
  ],
  [
    'a database that is damaged',
    (name) => {
      const path = join(folder, name, 'control-plane.db');
      cpSync(join(folder, 'one', 'control-plane.db'), fileAt(path, ''));
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(8 * 4096, 7), 0, 8 * 4096, 4096);
      closeSync(file);
      return { args: ['--data-dir', dirname(path)] };
    },
    'control-plane.db is damaged: restore a backup',
  ],
  ['keys that are missing', (name) => ({ args: ['--keys-dir', join(folder, name)] }), 'lacks ca.crt'],
  ['a key that signs sessions and is too short', withKeys('jwt.key', 'YWJj'), 'must hold 32 random bytes or more'],
  ['an encryption key that is too short', withKeys('encryption.keys', 'a:YWJj'), 'is not id:base64 of 32 random bytes'],
  ['a key of the authority that is none', withKeys('ca.key', 'none'), 'ca.key in'],
  ['an API key that is none', withKeys('admin-key.json', '{'), 'admin-key.json must hold {"id"'],
  [
    'a database that is away',
    onPostgres('postgresql://pools:password-of-it@127.0.0.1:9/pools'),
    'postgresql://pools@127.0.0.1:9/pools is not reachable, nothing listens there',
  ],
  ['an address of no database', onPostgres('mysql://pools:password-of-it@127.0.0.1/pools'), 'must be a URL such as'],
  [
    'a certificate that is none',
    (name) => {
      for (const file of ['tls.crt', 'tls.key']) fileAt(join(folder, name, file), 'none');
      return { args: ['--tls-dir', join(folder, name)] };
    },
    'they must be the certificate, in PEM, and its private key',
  ],
  [
    'a broker whose certificate is missing',
    () => ({
      args: ['--mqtt-broker-url=mqtts://127.0.0.1:9', '--mqtt-broker-cert-file=/none', '--mqtt-broker-key-file=/none'],
    }),
    'mqttBroker.certFile: /none cannot be read: ENOENT',
  ],
];

test.each(BROKEN)('it says in one sentence, without a secret, that it was given %s', async (what, broken, sentence) => {
  const name = what.replaceAll(/\W/g, '-');
  const { args = [], environment = {} } = broken(name);
  const dataDir = args.includes('--data-dir') ? [] : ['--data-dir', join(folder, `${name}-data`)];
  const result = await program.with(environment).run('control-plane', '--listen', 'localhost:0', ...dataDir, ...args);
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toContain(sentence);
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(result.stderr).not.toContain('password-of-it');
});
