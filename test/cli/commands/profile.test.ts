import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePool, makeStack } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program } from '../support/program';

let cli: CommandLine;
/** The program of somebody who has no profile yet. */
let program: Program;
let folder: string;
let count = 0;

beforeAll(async () => {
  cli = await CommandLine.open();
});

afterAll(() => cli.close());

beforeEach(() => {
  const config = cli.at(`person-${(count += 1)}`);
  folder = join(config, 'worker-pools');
  program = cli.bare.with({ XDG_CONFIG_HOME: config });
});

const address = () => ['--url', cli.controlPlane.url, '--ca', cli.controlPlane.file('ca.crt')];
const logIn = (name = 'mine', input = JSON.stringify(cli.controlPlane.apiKey)) =>
  program.reading(input).run('profile', 'login', name, ...address());
const path = (...names: string[]) => join(folder, ...names);
const pools = (...flags: string[]) => program.run('pool', 'list', '-o', 'name', ...flags);
const works = { exitCode: 0, stderr: '' };

describe('profile login', () => {
  test('tries the key, keeps it for nobody else, and uses it from now on', async () => {
    expect(await logIn()).toEqual(
      done(`Logged in at ${cli.controlPlane.url} as admin, with the role admin. Profile mine is in use.\n`),
    );
    expect(await pools()).toMatchObject(works);
    const files = ['profiles', 'sessions'].flatMap((kind) => readdirSync(path(kind)).map((name) => path(kind, name)));
    expect(files).toEqual([path('profiles', 'mine.json'), path('sessions', 'mine.json')]);
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path('profiles')).mode & 0o777).toBe(0o700);
  });

  test('keeps nothing of a key that is refused', async () => {
    expect(await logIn('mine', 'guessed')).toEqual(refused('unauthorized: no API key has this id and secret', 3));
    expect(existsSync(folder)).toBe(false);
    expect(await logIn('mine', '')).toEqual(refused('no API key: the secret is empty'));
    expect(await logIn('../mine')).toEqual(refused('profile name "../mine": letters, digits', 2));
    expect(await program.run('profile', 'login', 'mine')).toEqual(refused('which control plane? Give --url', 2));
  });

  test('leaves a secret in its file, and reads it at each log-in', async () => {
    const secret = cli.at('secret');
    writeFileSync(secret, cli.controlPlane.apiKey.secret);
    const kept = ['--api-key-secret-file', secret];
    expect(await program.run('profile', 'login', 'mine', ...address(), ...kept)).toMatchObject(works);
    expect(readFileSync(path('profiles', 'mine.json'), 'utf8')).not.toContain(cli.controlPlane.apiKey.secret);
    rmSync(path('sessions'), { recursive: true, force: true });
    writeFileSync(secret, 'another');
    expect(await pools()).toEqual(refused('unauthorized: no API key has this id and secret', 3));
    writeFileSync(secret, cli.controlPlane.apiKey.secret);
    expect(await pools()).toMatchObject(works);
  });

  test('with another secret needs neither address nor id again', async () => {
    const key = await cli.controlPlane.admin.keys.create({ name: 'former', role: 'reader' });
    await logIn('mine', JSON.stringify({ id: key.id, secret: key.secret }));
    expect(await program.reading(key.secret!).run('profile', 'login', 'mine')).toMatchObject(works);
    expect(JSON.parse(readFileSync(path('profiles', 'mine.json'), 'utf8'))).toMatchObject({ apiKeyId: key.id });
  });
});

describe('a session', () => {
  const sessionPath = () => path('sessions', 'mine.json');
  const kept = () => (JSON.parse(readFileSync(sessionPath(), 'utf8')) as { jwt: string }).jwt;

  test('is kept, so that a command does not log in', async () => {
    await logIn();
    await pools();
    const jwt = kept();
    // Without a secret that is right nobody could log in.
    await pools();
    expect(kept()).toBe(jwt);
  });

  test.each([
    ['query', () => program.run('stack', 'list', '-o', 'name')],
    ['upload', () => program.run('stack', 'push', 'stack', '--source', cli.at('source'))],
  ])('that has ended at the control plane is begun anew, at a %s', async (_, act) => {
    cli.write({ 'source/main.tf': '# nothing' });
    await haveStack();
    await logIn();
    await pools();
    writeFileSync(sessionPath(), readFileSync(sessionPath(), 'utf8').replace(kept(), 'ended.long.ago'));
    expect(await act()).toMatchObject(works);
    expect(kept()).not.toBe('ended.long.ago');
  });

  async function haveStack() {
    if (await cli.controlPlane.admin.stack('stack')) return;
    const { id } = await makePool(cli.controlPlane);
    await makeStack(cli.controlPlane, id);
  }

  test('that cannot be kept is in the way of nothing', async () => {
    await logIn();
    rmSync(path('sessions'), { recursive: true, force: true });
    writeFileSync(path('sessions'), 'where a folder should be');
    expect(await pools()).toMatchObject(works);
  });

  test('that ends soon is not used', async () => {
    await logIn();
    await pools();
    const before = JSON.parse(readFileSync(sessionPath(), 'utf8')) as object;
    const soon = Math.floor(Date.now() / 1000) + 60;
    writeFileSync(sessionPath(), JSON.stringify({ ...before, jwt: 'ends.very.soon', validUntil: soon }));
    expect(await pools()).toMatchObject(works);
    expect(kept()).not.toBe('ends.very.soon');
  });
});

describe('profiles', () => {
  const misled = { WORKER_POOLS_URL: 'https://127.0.0.1:1', WORKER_POOLS_API_KEY_SECRET: 'a secret of variables' };

  test('are listed, chosen, and forgotten with what was kept of them', async () => {
    await logIn('one');
    await logIn('two');
    expect(await program.run('profile', 'current')).toEqual(done('two\n'));
    expect(await program.run('profile', 'use', 'one')).toEqual(done('Profile one is in use.\n'));
    expect((await program.run('profile', 'list')).stdout).toMatch(/^ +NAME.*\n\* +one +https:.* admin\n +two/);
    expect(json(await program.run('profile', 'list', '-o', 'json'))).toEqual([
      { name: 'one', url: cli.controlPlane.url, apiKeyId: 'admin', current: true },
      { name: 'two', url: cli.controlPlane.url, apiKeyId: 'admin', current: false },
    ]);
    await pools();
    expect(await program.run('profile', 'delete', 'one')).toEqual(done('Profile one is deleted.\n'));
    expect(existsSync(path('sessions', 'one.json'))).toBe(false);
    expect(await program.run('profile', 'current')).toEqual(refused('no profile is in use', 4));
    expect(await pools()).toEqual(refused('which control plane?', 2));
    expect(await pools('--profile', 'two')).toMatchObject(works);
    expect(await program.run('profile', 'use', 'one')).toEqual(refused('there is no profile one (there are two)', 4));
  });

  test('come after variables, unless a flag names one', async () => {
    await logIn();
    program = program.with(misled);
    expect(await pools()).toEqual(refused('https://127.0.0.1:1 cannot be reached', 6));
    expect(await pools('--profile', 'mine')).toMatchObject(works);
    program = program.with({ WORKER_POOLS_URL: '', WORKER_POOLS_API_KEY_SECRET: '', WORKER_POOLS_PROFILE: 'other' });
    expect(await pools()).toEqual(refused('there is no profile other', 4));
  });

  test('give their key to no other control plane', async () => {
    await logIn();
    expect(await pools('--url', 'https://127.0.0.1:1')).toEqual(refused('no API key', 3));
    expect(await program.with({ WORKER_POOLS_URL: 'https://127.0.0.1:1' }).run('pool', 'list')).toEqual(
      refused('no API key', 3),
    );
    expect(await pools('--url', `${cli.controlPlane.url}/`)).toMatchObject(works);
  });

  test.each(['profiles', 'sessions'])('whose file in %s others can read are refused', async (kind) => {
    await logIn();
    await pools();
    chmodSync(path(kind, 'mine.json'), 0o640);
    expect(await pools()).toEqual(refused('can be read by others: make it yours alone with chmod 600'));
  });
});
