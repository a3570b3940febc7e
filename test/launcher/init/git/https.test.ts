import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../../src/protocol/exit-codes';
import type { GitSource } from '../../../../src/protocol/messages';
import { GitHost } from '../../../support/git-host';
import type { GitRepositoryFolder } from '../../../support/git-repository';
import { RunPod, runSpec, step } from '../../support/run-pod';

const TOKEN = 's3cret-t0ken';

let host: GitHost;
let repository: GitRepositoryFolder;
let pod: RunPod | undefined;
let count = 0;
beforeAll(async () => {
  host = await GitHost.start();
});
afterAll(() => host.stop());
beforeEach(() => {
  host.token = TOKEN;
  host.fault = () => undefined;
  host.requests.length = 0;
  count += 1;
  repository = host.repository(name());
});
afterEach(() => pod?.remove());

const name = (): string => `team/network-${count}`;

/** Carries out `init` of a run of the repository. */
async function init(git: Partial<GitSource> = {}, projectRoot = ''): Promise<RunPod> {
  const source: GitSource = {
    url: host.url(name()),
    branch: 'main',
    commit: null,
    submodules: false,
    lfs: false,
    sparse: false,
    credentials: { token: TOKEN },
    ...git,
  };
  pod = await RunPod.create(runSpec([step('plan', 'tofu plan')], { stage: 'preparing', git: source, projectRoot }));
  await pod.init({}, { GIT_SSL_CAINFO: host.ca });
  return pod;
}

/** The sentence with which it is given up. */
async function refusal(git: Partial<GitSource> = {}, projectRoot = ''): Promise<string> {
  await expect(init(git, projectRoot)).rejects.toMatchObject({ exitCode: EXIT.source });
  const [outcome] = pod!.api.outcomes;
  expect(outcome).toMatchObject({ reason: 'ConfigError' });
  expect(lines(pod!)).toContain(outcome!.message);
  return outcome!.message;
}

const lines = ({ api }: RunPod): string => api.logs.init.map(({ text }) => text).join('');

test('lays down the head of the branch and tells of its commit', async () => {
  const hash = repository.commit('Add a network\n\nFor everybody.', {
    'main.tf': 'resource',
    'modules/a/main.tf': 'a',
  });
  const { paths, api } = await init();
  expect(await readFile(join(paths.workspace, 'main.tf'), 'utf8')).toBe('resource');
  expect(await readFile(join(paths.workspace, 'modules/a/main.tf'), 'utf8')).toBe('a');
  expect((await stat(join(paths.workspace, 'modules'))).mode & 0o070).toBe(0o070);
  expect(api.commits).toEqual([
    {
      hash,
      branch: 'main',
      message: 'Add a network\n\nFor everybody.',
      author: 'Ada Lovelace',
      createdAt: Date.parse('2026-01-02T03:04:05Z'),
    },
  ]);
  expect(lines(pod!)).toContain(`Commit ${hash} of branch main: Add a network\n`);
});

test('leaves nothing of git or of its credentials, neither in the workspace nor in the log', async () => {
  repository.commit('Add a network', { 'main.tf': '' });
  const { paths, api } = await init();
  expect(await readdir(paths.workspace)).toEqual(['main.tf']);
  expect(JSON.stringify([api.logs, api.commits, pod!.told, pod!.warnings])).not.toContain(TOKEN);
  expect(host.requests.some(({ url }) => url.includes(TOKEN))).toBe(false);
});

test('takes the commit that the run has, though the branch has gone on', async () => {
  const first = repository.commit('First', { 'main.tf': 'first' });
  repository.commit('Second', { 'main.tf': 'second' });
  const { paths, api } = await init({ commit: first });
  expect(await readFile(join(paths.workspace, 'main.tf'), 'utf8')).toBe('first');
  expect(api.commits).toMatchObject([{ hash: first, message: 'First' }]);
});

test('fetches the whole branch from a host that gives out no commit by its hash', async () => {
  const first = repository.commit('First', { 'main.tf': 'first' });
  repository.commit('Second', { 'main.tf': 'second' });
  host.hidesVersion2 = true;
  const { api } = await init({ commit: first }).finally(() => (host.hidesVersion2 = false));
  expect(api.commits).toMatchObject([{ hash: first }]);
});

test('lays down the project root alone where it is to be sparse', async () => {
  repository.commit('Two', { 'a/main.tf': 'a', 'b/main.tf': 'b' });
  const { paths } = await init({ sparse: true }, 'a');
  expect(await readdir(paths.workspace)).toEqual(['a']);
});

describe('submodules', () => {
  test('are checked out with the credentials of the repository from its own host', async () => {
    const other = host.repository(`${name()}-module`);
    const commit = other.commit('A module', { 'module.tf': 'module' });
    repository.commit('Add a network', { 'main.tf': '' });
    repository.addSubmodule('modules/a', `../network-${count}-module.git`, commit);
    const { paths } = await init({ submodules: true });
    expect(await readdir(join(paths.workspace, 'modules/a'))).toEqual(['module.tf']);
  });

  test('of another host never get the credentials', async () => {
    const commit = host.repository(`${name()}-module`).commit('A module', { 'module.tf': '' });
    repository.commit('Add a network', { 'main.tf': '' });
    // The same server by another name, so that nothing else is between them.
    const elsewhere = `127.0.0.1:${host.port}`;
    repository.addSubmodule('modules/a', `https://${elsewhere}/${name()}-module.git`, commit);
    expect(await refusal({ submodules: true })).toMatch(/check out the submodules|refuses the token/);
    const asked = host.requests.filter((request) => request.host === elsewhere);
    expect(asked).not.toEqual([]);
    expect(asked.filter(({ authorization }) => authorization !== '')).toEqual([]);
  });

  test.each(['file:///etc', 'ext::sh -c touch% /tmp/worker-pools-was-here', '-u./evil', 'http://localhost:1/x.git'])(
    'with the address %s are refused',
    async (address) => {
      const commit = repository.commit('Add a network', { 'main.tf': '' });
      repository.addSubmodule('modules/a', address, commit);
      expect(await refusal({ submodules: true })).toMatch(/submodule/);
      expect(existsSync('/tmp/worker-pools-was-here')).toBe(false);
    },
  );

  test('are left alone where nobody asked for them', async () => {
    const commit = repository.commit('Add a network', { 'main.tf': '' });
    repository.addSubmodule('modules/a', 'file:///etc', commit);
    const { paths } = await init();
    expect(await readdir(join(paths.workspace, 'modules/a'))).toEqual([]);
  });
});

test('a link out of the workspace is no project root', async () => {
  repository.commit('Evil', { 'main.tf': '' }, { links: { out: '/etc' } });
  expect(await refusal({}, 'out')).toBe("The source has no folder 'out', which the stack has as its project root.");
});

describe('gives up with one sentence', () => {
  beforeEach(() => void repository.commit('First', { 'main.tf': '' }));

  test.each([
    ['a wrong token', { credentials: { token: 'wrong' } }, /^localhost refuses the token of the stack/],
    ['no token', { credentials: {} }, /^localhost refuses the token of the stack, or it has none/],
    ['no such branch', { branch: 'trunk' }, /^The repository at localhost has no branch trunk\.$/],
    ['no such commit', { commit: 'a'.repeat(40) }, /^Commit a{40} is not in the repository/],
    ['a branch that is an option', { branch: '--upload-pack=x' }, /^The branch of the stack is not allowed/],
    ['an address of a file', { url: 'file:///etc' }, /^The address of the stack's repository is not allowed/],
  ] as const)('for %s', async (_, git, sentence) => {
    const message = await refusal(git);
    expect(message).toMatch(sentence);
    expect(message).not.toContain(TOKEN);
  });

  test('for no such repository', async () => {
    expect(await refusal({ url: host.url('nothing') })).toMatch(/^localhost has no such repository/);
  });

  test('for a certificate that is not trusted', async () => {
    const other = await GitHost.start();
    try {
      expect(await refusal({ url: other.url('network') })).toMatch(/^localhost has a certificate that is not trusted/);
    } finally {
      await other.stop();
    }
  });
});

test('goes on when a host that broke off answers again', async () => {
  repository.commit('First', { 'main.tf': '' });
  let failures = 2;
  host.fault = () => (failures-- > 0 ? 'hang up' : undefined);
  const { api } = await init();
  expect(api.commits).toHaveLength(1);
  expect(lines(pod!)).toMatch(/localhost broke off the transfer\..* It is tried again\./);
});
