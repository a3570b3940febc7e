import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { parse } from 'yaml';
import { Authority } from '../../src/control-plane/pki/authority';
import { parseToken } from '../../src/protocol/token';
import { makePool, type TestControlPlane } from '../control-plane/support/control-plane';
import { CommandLine, done, json, refused, SOURCE } from './support/command-line';
import type { Program } from './support/program';

// Each test starts programs, which is slow where several suites share few processors.
jest.setTimeout(60_000);

let cli: CommandLine;
let controlPlane: TestControlPlane;
let stranger: Server;
let bare: Program;
let program: Program;
const at = (...path: string[]): string => cli.at(...path);

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ controlPlane, bare, program } = cli);
  const other = await Authority.open(at(), Date.now);
  cli.write({ ...SOURCE, 'other-ca.crt': other.certificatePem });
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

  test.each([
    ['no URL', () => [], 'which control plane? Give --url https://host:port, or set WORKER_POOLS_URL'],
    ['a URL without scheme', () => ['--url', 'localhost:8443', ...key()], 'must begin with https:// or http://'],
    ['no key', () => url(), 'no API key: give --api-key-secret-file, or set WORKER_POOLS_API_KEY_SECRET'],
    ['a missing file', () => [...url(), '--ca', 'nowhere.crt', ...key()], '--ca: there is no file nowhere.crt'],
    ['an unknown authority', () => [...url(), ...key()], '(give its authority with --ca)'],
    ['another authority', () => [...url(), ...ca(at('other-ca.crt')), ...key()], '(give its authority with --ca)'],
    [
      'a wrong secret',
      () => [...url(), ...ca(controlPlane.file('ca.crt')), '--api-key-secret', 'guessed'],
      'unauthorized: no API key has this id and secret',
    ],
    ['nobody there', () => ['--url', 'https://127.0.0.1:1', ...key()], 'cannot be reached: ECONNREFUSED'],
    [
      'plain HTTP to the port of HTTPS',
      () => ['--url', controlPlane.url.replace('https', 'http'), ...key()],
      'does not answer in plain HTTP',
    ],
    [
      'HTTPS to the port of plain HTTP',
      () => ['--url', strangerUrl().replace('http', 'https'), ...key()],
      'does it want http://',
    ],
    [
      'a --ca that is no PEM',
      () => [...url(), ...ca(controlPlane.file('admin-key.json')), ...key()],
      'is not a PEM certificate: it must begin with',
    ],
    ['a --ca that is a folder', () => [...url(), ...ca(controlPlane.file()), ...key()], 'cannot be read: EISDIR'],
    ['somebody else there', () => ['--url', strangerUrl(), ...key()], 'answers 200, but not as a control plane does'],
  ])('%s is one sentence and exit code 1', async (_, flags, sentence) => {
    expect(await bare.run('pool', 'list', ...flags())).toEqual(refused(sentence));
  });

  test('flags win over the environment, and a bare secret needs no file', async () => {
    const flags = ['--api-key-id', 'admin', '--api-key-secret', controlPlane.apiKey.secret, '--url', controlPlane.url];
    const misled = program.with({ WORKER_POOLS_URL: 'https://127.0.0.1:1', WORKER_POOLS_API_KEY_SECRET_FILE: '' });
    expect(await misled.run('pool', 'list', ...flags)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('pool', () => {
  test('create makes a key here, a token for it and a Secret of both, for nobody else to read', async () => {
    const made = await program.run('pool', 'create', 'made', '--out', at('made'), '--key', 'ec', '--namespace', 'runs');
    const [pool] = controlPlane.admin.pools().filter(({ name }) => name === 'made');
    expect(made).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining(`Pool made is ${pool?.id}.`),
      stderr: expect.stringContaining('which no Pod can reach: start the control plane with --public-url'),
    });
    const files = ['private-key.pem', 'token', 'secret.yaml'];
    expect(files.map((name) => statSync(at('made', name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    const [privateKey = '', token = '', secret = ''] = files.map((name) => readFileSync(at('made', name), 'utf8'));
    expect(new X509Certificate(parseToken(token).certificate).checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(parse(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'made', namespace: 'runs' },
      type: 'Opaque',
      stringData: { token, privateKey: Buffer.from(privateKey).toString('base64') },
    });
  });

  test.each(['private-key.pem', 'token', 'secret.yaml'])('create overwrites no %s', async (name) => {
    cli.write({ [`kept-${name}/${name}`]: 'precious' });
    const before = controlPlane.admin.pools().length;
    const again = await program.run('pool', 'create', 'again', '--out', at(`kept-${name}`));
    expect(again).toEqual(refused(`${name} already exists: choose another --out`));
    expect(readFileSync(at(`kept-${name}`, name), 'utf8')).toBe('precious');
    expect(controlPlane.admin.pools()).toHaveLength(before);
  });

  test('create leaves no key behind when the control plane refuses, so that it can be tried again', async () => {
    const guess = ['--key', 'ec', '--api-key-secret', 'guessed'];
    const failed = await program.run('pool', 'create', 'late', '--out', at('late'), ...guess);
    expect(failed).toEqual(refused('unauthorized'));
    expect(existsSync(at('late', 'private-key.pem'))).toBe(false);
  });

  const failedAtIt = { errors: [{ message: 'it failed', extensions: { code: 'internal' } }], data: null };
  test.each([
    ['the answer is lost', undefined],
    ['the control plane failed at it', failedAtIt],
  ])('create keeps the key when nobody knows whether the pool was made: %s', async (how, answer) => {
    const answers = [{ data: { apiKeyUser: { jwt: 'jwt' } } }, answer];
    const lost = createServer((request, response) => {
      request.resume().on('end', () => {
        const next = answers.shift();
        if (next) response.end(JSON.stringify(next));
        else response.destroy();
      });
    }).listen(0, '127.0.0.1');
    try {
      await once(lost, 'listening');
      const url = `http://127.0.0.1:${(lost.address() as { port: number }).port}`;
      const failed = await program.run('pool', 'create', 'lost', '--out', at(how), '--key', 'ec', '--url', url);
      expect(failed.stderr).toContain(`The key is kept in ${at(how, 'private-key.pem')}`);
      expect(existsSync(at(how, 'private-key.pem'))).toBe(true);
    } finally {
      lost.close();
    }
  });

  test.each([
    ['a name that no pool may have', ['a bad/name'], 'no slash, no control character'],
    ['a name that no Secret may have', ['Main worker'], 'give --kubernetes-secret'],
    ['a namespace that is none', ['x', '--namespace', 'A/b'], '--namespace: "A/b" is not a valid namespace'],
  ])('create refuses %s before it makes anything', async (_, args, sentence) => {
    const before = controlPlane.admin.pools().length;
    expect(await program.run('pool', 'create', ...args, '--out', at('never'))).toEqual(refused(sentence));
    expect(existsSync(at('never'))).toBe(false);
    expect(controlPlane.admin.pools()).toHaveLength(before);
  });

  test('show prints the token again', async () => {
    const { id } = await makePool(controlPlane, 'shown');
    const shown = await program.run('pool', 'show', 'shown', '--token');
    expect(parseToken(shown.stdout.trim()).poolId).toBe(id);
    expect((await program.run('pool', 'show', id.toLowerCase())).stdout).toMatch(new RegExp(`^${id} +shown `, 'm'));
  });

  test('delete names the stacks that lose their pool, and refuses while a run is unfinished', async () => {
    await makePool(controlPlane, 'doomed');
    await program.run('stack', 'create', 'orphan', '--pool', 'doomed', '--source', at('source'));
    const { id } = controlPlane.admin.createRun({ stack: 'orphan' });
    expect(await program.run('pool', 'delete', 'doomed')).toEqual(
      refused('pool doomed has an unfinished run: stop them'),
    );
    controlPlane.admin.stop(id);
    const deleted = await program.run('pool', 'delete', 'doomed');
    expect(deleted).toMatchObject({ exitCode: 0, stdout: 'Pool doomed is deleted.\n' });
    expect(deleted.stderr).toContain('these stacks have no pool now: orphan.');
  });

  test('create says why its folder cannot be made', async () => {
    const failed = await program.run('pool', 'create', 'x', '--out', at('source', 'main.tf', 'below'));
    expect(failed).toEqual(refused('--out: the folder cannot be created: ENOTDIR'));
  });

  test('list shows a table, or JSON', async () => {
    const { id } = await makePool(controlPlane, 'listed');
    const [table, raw] = await Promise.all([program.run('pool', 'list'), program.run('pool', 'list', '--json')]);
    expect(table).toEqual(done(expect.stringMatching(/^ID +NAME +WORKERS +BUSY +WAITING RUNS\n/)));
    expect(table.stdout).toMatch(new RegExp(`^${id} +listed +0 +0 +0$`, 'm'));
    expect(json(raw)).toContainEqual({ id, name: 'listed', workersCount: 0, busyWorkers: 0, pendingRuns: 0 });
  });
});

describe('run', () => {
  beforeAll(async () => {
    await makePool(controlPlane, 'for-runs');
    await program.run('stack', 'create', 'runs', '--pool', 'for-runs', '--source', at('source'));
  });

  const trigger = (): string => controlPlane.admin.createRun({ stack: 'runs' }).id;

  test.each([
    ['a run that asks', [], { type: 'TRACKED', autoDeploy: false }],
    ['a run that only plans', ['--proposed'], { type: 'PROPOSED', autoDeploy: false }],
    ['a run that applies by itself', ['--auto-deploy'], { type: 'TRACKED', autoDeploy: true }],
  ])('trigger queues %s', async (_, flags, expected) => {
    const triggered = await program.run('run', 'trigger', 'runs', ...flags);
    const [run] = controlPlane.admin.runs({ stack: 'runs', limit: 1 });
    expect(triggered).toEqual({
      exitCode: 0,
      stdout: `Run ${run?.id} of stack runs is QUEUED\n`,
      stderr: expect.stringMatching(/^It waits for (run|a worker: pool for-runs has none registered)/),
    });
    expect(run).toMatchObject(expected);
  });

  test('trigger refuses to apply by itself what is only planned', async () => {
    const both = await program.run('run', 'trigger', 'runs', '--proposed', '--auto-deploy');
    expect(both).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("'--proposed' cannot be used with") });
  });

  test('show says how a run stands and what it waits for', async () => {
    const id = trigger();
    const { stdout } = await program.run('run', 'show', id.toLowerCase());
    expect(stdout).toMatch(new RegExp(`^Run +${id}\\nStack +runs\\n`));
    expect(stdout).toMatch(/^Waits for +(run|a worker)/m);
  });

  test('list shows a table of one stack, or JSON, newest first', async () => {
    const ids = [trigger(), trigger()];
    const [table, raw] = await Promise.all([
      program.run('run', 'list', '--stack', 'runs'),
      program.run('run', 'list', '--json'),
    ]);
    expect(table.stdout).toMatch(/^ID +STACK +STATE +REASON +CREATED\n/);
    expect(table.stdout).toMatch(
      new RegExp(`^${ids[0]} +runs +QUEUED +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`, 'm'),
    );
    expect(json(raw).slice(0, 2)).toMatchObject([{ id: ids[1] }, { id: ids[0] }]);
  });

  test('log prints what there is, and ends well whatever became of the run', async () => {
    const id = trigger();
    controlPlane.admin.stop(id, 'no time');
    const expected = 'Run of stack runs is queued\nThe run was stopped: no time\n';
    expect(await program.run('run', 'log', id)).toEqual(done(expected));
    expect(await program.run('run', 'log', id, '--follow')).toEqual({
      exitCode: 1,
      stdout: expected,
      stderr: '--- CANCELED\nworker-pools: the run is CANCELED\n',
    });
  });

  test('stop ends a run that waits', async () => {
    const id = trigger();
    expect(await program.run('run', 'stop', id)).toEqual(done(`Run ${id} is CANCELED: it had not started\n`));
    const again = `Run ${id} is CANCELED: it had not started\n`;
    expect(await program.run('run', 'stop', id.toLowerCase())).toEqual(done(again));
  });

  test.each([['confirm'], ['discard']])('%s is refused before there is a plan', async (verb) => {
    const id = trigger();
    expect(await program.run('run', verb, id)).toEqual(refused(`run ${id} is QUEUED: it cannot ${verb} now`));
  });

  test.each([
    ['trigger', 'stack nothing not found'],
    ['log', 'run nothing not found'],
    ['confirm', 'run nothing not found'],
    ['discard', 'run nothing not found'],
    ['stop', 'run nothing not found'],
  ])('%s of what is not there says so', async (verb, sentence) => {
    expect(await program.run('run', verb, 'nothing')).toEqual(refused(sentence));
  });
});
