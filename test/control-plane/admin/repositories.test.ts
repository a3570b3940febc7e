import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import type { RepositoryInput } from '../../../src/control-plane/admin/repository-input';
import { keepCommit } from '../../../src/control-plane/queue/commits';
import type { Assignment, GitCommit, RunSpec } from '../../../src/protocol/messages';
import { TestQueue } from '../support/queue';

const HTTPS = 'https://git.example.com/team/network.git';
const SSH = 'git@git.example.com:team/network.git';
const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n';
const HASH = '0123456789abcdef0123456789abcdef01234567';

let queue: TestQueue;
beforeEach(async () => {
  queue = await TestQueue.ready();
});
afterEach(() => queue.close());

const set = (repository: RepositoryInput) => queue.admin.updateStack('stack', { repository });
const credentials = async () =>
  queue.context.store.read.repositories.credentials((await queue.admin.stack('stack'))!.id);

/** What the Pod of the next run is told. */
async function started(run: () => Promise<string> = () => queue.trigger()): Promise<{
  spec: RunSpec;
  assignment: Assignment;
  id: string;
}> {
  const worker = await queue.register();
  const id = await run();
  const assignment = await queue.assignment(worker);
  return { spec: await queue.start(assignment), assignment, id };
}

const commit = (hash = HASH): GitCommit => ({
  hash,
  branch: 'main',
  message: 'Add it',
  author: 'Ada',
  createdAt: 1000,
});

function tell({ runId, attempt, fence }: Assignment, told = commit()): Promise<void> {
  return keepCommit(queue.context, { poolId: queue.pool.id, runId, attempt }, { fence, commit: told });
}

describe('a stack with a repository', () => {
  test('has its runs clone it, with its credentials', async () => {
    await set({ url: HTTPS, branch: 'release', submodules: true, credentials: { token: 't0ken' } });
    expect((await started()).spec.git).toEqual({
      ...{ url: HTTPS, branch: 'release', commit: null, submodules: true, lfs: false, sparse: false },
      credentials: { token: 't0ken' },
    });
  });

  test('keeps credentials that nothing is said of, and replaces and takes away others', async () => {
    await set({ url: HTTPS, credentials: { username: 'bot', token: 'old' } });
    await set({ branch: 'release' });
    expect(await credentials()).toEqual({ username: 'bot', token: 'old' });
    await set({ credentials: { token: 'new', username: '' } });
    expect(await credentials()).toEqual({ token: 'new' });
  });

  test.each(['https://evil.example.com/x.git', 'https://git.example.com:8443/team/network.git'])(
    'forgets its credentials when it moves to %s',
    async (url) => {
      await set({ url: HTTPS, credentials: { token: 't0ken' } });
      await set({ url });
      expect(await credentials()).toEqual({});
    },
  );

  test('leaves no secret in the database and the audit trail that can be read', async () => {
    await set({ url: SSH, credentials: { deployKey: KEY, knownHosts: 'git.example.com ssh-ed25519 AAAA' } });
    const everything = JSON.stringify(await queue.everything());
    expect(everything).not.toContain('PRIVATE KEY');
    expect(everything).toContain('deployKey');
  });

  test('takes no upload, and goes back to them once its runs have ended', async () => {
    await set({ url: HTTPS });
    const upload = () => queue.admin.uploadSource('stack', Readable.from([Buffer.from('x')]));
    await expect(upload()).rejects.toThrow(`the source of stack stack is the git repository ${HTTPS}: take that away`);
    const run = await queue.trigger();
    await expect(set({ url: '' })).rejects.toThrow('has an unfinished run');
    await queue.admin.stop(run);
    expect(await set({ url: '' })).toMatchObject({ repository: null, source: null });
    expect(await credentials()).toEqual({});
    await upload();
  });

  test('is deleted with its credentials', async () => {
    await set({ url: HTTPS, credentials: { token: 't0ken' } });
    await queue.admin.deleteStack('stack');
    expect(await queue.rows('repositoryCredentials')).toEqual([]);
  });

  test.each<[string, RepositoryInput, string]>([
    ['an address of a file', { url: 'file:///etc' }, 'the repository is not allowed: https://HOST/PATH'],
    ['a password in its address', { url: 'https://a:b@git.example.com/x' }, 'the repository is not allowed'],
    ['a host that is an option', { url: 'ssh://-oProxyCommand=x/y' }, 'the repository is not allowed'],
    ['a branch that is an option', { url: HTTPS, branch: '-x' }, 'the branch is not allowed'],
    ['a branch that git does not know', { url: HTTPS, branch: 'a..b' }, 'the branch is not allowed'],
    ['ssh without known hosts', { url: SSH, credentials: { deployKey: KEY } }, 'needs known hosts'],
    ['a deploy key for https', { url: HTTPS, credentials: { deployKey: KEY } }, 'a deploy key is of no use for https'],
    ['a token for ssh', { url: SSH, credentials: { token: 'x', knownHosts: 'y' } }, 'a token is of no use for ssh'],
    ['what is no key', { url: SSH, credentials: { deployKey: 'x', knownHosts: 'y' } }, 'the deploy key is not allowed'],
    ['a token of two lines', { url: HTTPS, credentials: { token: 'a\nb' } }, 'the token is not allowed'],
    ['a user name alone', { url: HTTPS, credentials: { username: 'bot' } }, 'of no use without a token'],
    ['submodules and sparse', { url: HTTPS, submodules: true, sparse: true }, 'choose one of both'],
    ['settings without a repository', { branch: 'main' }, 'branch is of a git repository, and the stack has none'],
  ])('is refused for %s, and nothing is changed', async (_, repository, sentence) => {
    const before = await queue.admin.stack('stack');
    await expect(set(repository)).rejects.toThrow(sentence);
    expect(await queue.admin.stack('stack')).toEqual(before);
  });

  test('has no run of a launcher that is too old to clone it', async () => {
    await set({ url: HTTPS });
    const worker = await queue.register();
    await queue.trigger();
    const assignment = await queue.assignment(worker);
    await expect(queue.start(assignment, 'pod', { clonesGit: false })).rejects.toThrow('is too old to clone it');
  });
});

describe('the commit of a run', () => {
  beforeEach(() => set({ url: HTTPS }));

  test('is what its first Pod has fetched, and no other', async () => {
    const { assignment, id } = await started();
    await tell(assignment);
    await tell(assignment);
    await expect(tell(assignment, commit('f'.repeat(40)))).rejects.toThrow(`run ${id} is of commit ${HASH}`);
    expect(await queue.admin.run(id)).toMatchObject({ gitCommit: commit() });
    expect((await queue.start(assignment)).git).toMatchObject({ commit: HASH });
  });

  test('is the one that it was triggered with', async () => {
    const trigger = async () => (await queue.admin.createRun({ stack: 'stack', commitSha: HASH })).id;
    expect((await started(trigger)).spec.git).toMatchObject({ commit: HASH });
  });

  test('has its whole hash', async () => {
    await expect(queue.admin.createRun({ stack: 'stack', commitSha: '0123456' })).rejects.toThrow('is too short');
  });

  test('is told of no run whose source was uploaded', async () => {
    await set({ url: '' });
    await queue.admin.uploadSource('stack', Readable.from([Buffer.from('x')]));
    const { assignment } = await started();
    await expect(tell(assignment)).rejects.toThrow('there is no commit to tell of');
  });

  test('is that of the failed run in its retry, until the branch is another', async () => {
    const { assignment, id } = await started();
    await tell(assignment);
    await queue.end(assignment, 'UserFailed');
    expect(await queue.admin.retryRun(id)).toMatchObject({ commitSha: HASH });
    await set({ branch: 'release' });
    expect(await queue.admin.retryRun(id)).toMatchObject({ commitSha: null });
  });

  test('is the one that was applied last where drift is looked for', async () => {
    const { assignment } = await started();
    await tell(assignment);
    await queue.end(assignment);
    expect(await queue.admin.drift.trigger('stack')).toMatchObject({ driftDetection: true, commitSha: HASH });
  });

  test('is what an initialization policy reads', async () => {
    const { assignment } = await started();
    await tell(assignment);
    const { policySubject } = await queue.start(assignment, 'pod', { asksPolicy: true });
    expect(policySubject?.run.commit).toEqual({
      ...{ hash: HASH, message: 'Add it', author: 'Ada', branch: 'main' },
      created_at: 1_000_000_000,
    });
    expect(policySubject?.stack).toMatchObject({ branch: 'main', repository: HTTPS });
  });
});
