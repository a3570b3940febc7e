import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { Authority } from '../../../src/control-plane/pki/authority';
import { KeyFiles } from '../../../src/control-plane/key-files';
import type { TestControlPlane } from '../../control-plane/support/control-plane';
import { CommandLine, refused } from '../support/command-line';
import type { Program } from '../support/program';

// Each test starts programs, which is slow where several suites share few processors.
let cli: CommandLine;
let controlPlane: TestControlPlane;
let stranger: Server;
let bare: Program;
const at = (...path: string[]): string => cli.at(...path);

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ controlPlane, bare } = cli);
  const other = await Authority.open(KeyFiles.inDataFolder(at()), Date.now);
  cli.write({ 'other-ca.crt': other.certificatePem, guessed: 'guessed', bare: controlPlane.apiKey.secret });
  stranger = createServer((_, response) => response.end('<h1>Welcome</h1>')).listen(0, '127.0.0.1');
});

afterAll(async () => {
  stranger.close();
  await cli.close();
});

describe('the connection', () => {
  const strangerUrl = (): string => `http://127.0.0.1:${(stranger.address() as { port: number }).port}`;
  const key = (): string[] => ['--api-key-secret-file', controlPlane.file('admin-key.json')];
  const url = (): string[] => ['--url', controlPlane.url];
  const ca = (path: string): string[] => ['--ca', path];

  test.each<[what: string, flags: () => string[], sentence: string, exitCode?: number]>([
    [
      'no URL',
      () => [],
      'which control plane? Give --url https://host:port, set WORKER_POOLS_URL, or make a profile',
      2,
    ],
    ['a URL without scheme', () => ['--url', 'localhost:8443', ...key()], 'must begin with https:// or http://', 2],
    [
      'no key',
      () => url(),
      'no API key: give --api-key-secret-file, set WORKER_POOLS_API_KEY_SECRET, or make a profile',
      3,
    ],
    ['a missing file', () => [...url(), '--ca', 'nowhere.crt', ...key()], '--ca: there is no file nowhere.crt'],
    ['an unknown authority', () => [...url(), ...key()], '(give its authority with --ca)', 6],
    ['another authority', () => [...url(), ...ca(at('other-ca.crt')), ...key()], '(give its authority with --ca)', 6],
    [
      'a wrong secret',
      () => [...url(), ...ca(controlPlane.file('ca.crt')), '--api-key-secret-file', at('guessed')],
      'unauthorized: no API key has this id and secret',
      3,
    ],
    [
      'nobody there',
      () => ['--url', 'https://127.0.0.1:1', ...key()],
      'cannot be reached: nothing listens there (ECONNREFUSED)',
      6,
    ],
    [
      'plain HTTP to the port of HTTPS',
      () => ['--url', controlPlane.url.replace('https', 'http'), ...key()],
      'speaks TLS, and no plain HTTP: does it want https://?',
      6,
    ],
    [
      'HTTPS to the port of plain HTTP',
      () => ['--url', strangerUrl().replace('http', 'https'), ...key()],
      'does it want http://',
      6,
    ],
    [
      'a --ca that is no PEM',
      () => [...url(), ...ca(controlPlane.file('admin-key.json')), ...key()],
      'is not a PEM certificate: it must begin with',
    ],
    ['a --ca that is a folder', () => [...url(), ...ca(controlPlane.file()), ...key()], 'cannot be read: EISDIR'],
    ['somebody else there', () => ['--url', strangerUrl(), ...key()], 'answers 200, but not as a control plane does'],
  ])('%s is one sentence and an exit code', async (_, flags, sentence, exitCode = 1) => {
    expect(await bare.run('pool', 'list', ...flags())).toEqual(refused(sentence, exitCode));
  });

  test('flags win over the environment, and a file may hold a bare secret', async () => {
    const flags = ['--api-key-id', 'admin', '--api-key-secret-file', at('bare'), '--url', controlPlane.url];
    const misled = cli.program.with({ WORKER_POOLS_URL: 'https://127.0.0.1:1', WORKER_POOLS_API_KEY_SECRET_FILE: '' });
    expect(await misled.run('pool', 'list', ...flags)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
