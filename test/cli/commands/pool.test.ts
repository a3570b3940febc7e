import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { parse } from 'yaml';
import { parseToken } from '../../../src/protocol/token';
import { makePool, type TestControlPlane } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused, SOURCE } from '../support/command-line';
import type { Program } from '../support/program';

// Each test starts programs, which is slow where several suites share few processors.
let cli: CommandLine;
let controlPlane: TestControlPlane;
let program: Program;
const at = (...path: string[]): string => cli.at(...path);

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ controlPlane, program } = cli);
  cli.write(SOURCE);
});

afterAll(() => cli.close());

describe('pool', () => {
  test('create makes a key here, a token for it and a Secret of both, for nobody else to read', async () => {
    const made = await program.run('pool', 'create', 'made', '--out', at('made'), '--key', 'ec', '--namespace', 'runs');
    const [pool] = (await controlPlane.admin.pools()).filter(({ name }) => name === 'made');
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
    const before = (await controlPlane.admin.pools()).length;
    const again = await program.run('pool', 'create', 'again', '--out', at(`kept-${name}`));
    expect(again).toEqual(refused(`${name} already exists: choose another --out`));
    expect(readFileSync(at(`kept-${name}`, name), 'utf8')).toBe('precious');
    expect(await controlPlane.admin.pools()).toHaveLength(before);
  });

  test('create leaves no key behind when the control plane refuses, so that it can be tried again', async () => {
    cli.write({ guessed: 'guessed' });
    const guess = ['--key', 'ec', '--api-key-secret-file', at('guessed')];
    const failed = await program.run('pool', 'create', 'late', '--out', at('late'), ...guess);
    expect(failed).toEqual(refused('unauthorized', 3));
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

  test.each<[string, string[], string, number?]>([
    ['a name that no pool may have', ['a bad/name'], 'no slash, no control character'],
    ['a name that no Secret may have', ['Main worker'], 'give --kubernetes-secret', 2],
    ['a namespace that is none', ['x', '--namespace', 'A/b'], '--namespace: "A/b" is not a valid namespace', 2],
  ])('create refuses %s before it makes anything', async (_, args, sentence, exitCode = 1) => {
    const before = (await controlPlane.admin.pools()).length;
    expect(await program.run('pool', 'create', ...args, '--out', at('never'))).toEqual(refused(sentence, exitCode));
    expect(existsSync(at('never'))).toBe(false);
    expect(await controlPlane.admin.pools()).toHaveLength(before);
  });

  test('show prints the token again', async () => {
    const { id } = await makePool(controlPlane, 'shown');
    const shown = await program.run('pool', 'show', 'shown', '--token');
    expect(parseToken(shown.stdout.trim()).poolId).toBe(id);
    expect((await program.run('pool', 'get', id.toLowerCase())).stdout).toMatch(new RegExp(`^Id +${id}$`, 'm'));
  });

  test('delete names the stacks that lose their pool, and refuses while a run is unfinished', async () => {
    await makePool(controlPlane, 'doomed');
    await program.run('stack', 'create', 'orphan', '--pool', 'doomed', '--source', at('source'));
    const { id } = await controlPlane.admin.createRun({ stack: 'orphan' });
    expect(await program.run('pool', 'delete', 'doomed')).toEqual(
      refused('pool doomed has an unfinished run: stop them'),
    );
    await controlPlane.admin.stop(id);
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
    const [table, raw] = await Promise.all([program.run('pool', 'list'), program.run('pool', 'list', '-o', 'json')]);
    expect(table).toEqual(done(expect.stringMatching(/^ID +NAME +WORKERS +BUSY +DRAINED +WAITING RUNS\n/)));
    expect(table.stdout).toMatch(new RegExp(`^${id} +listed +0 +0 +0 +0$`, 'm'));
    const counts = { workersCount: 0, busyWorkers: 0, drainedWorkers: 0, pendingRuns: 0 };
    expect(json(raw)).toContainEqual({ id, name: 'listed', ...counts });
  });
});
