import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  BITBUCKET,
  BITBUCKET_SERVER,
  commit,
  FORGEJO,
  GITEA,
  GITHUB,
  GITLAB,
  HASH,
  NO_COMMIT,
  SIGNED_GITLAB,
  text,
  type Event,
} from './support/git-events';
import { none, PushDoor } from './support/push-door';

let door: PushDoor;

beforeAll(async () => {
  door = await PushDoor.open();
});
afterAll(() => door.close());
beforeEach(() => door.make());

const HOSTS = [
  ['GitHub', GITHUB],
  ['Gitea', GITEA],
  ['Forgejo', FORGEJO],
  ['GitLab with a secret token', GITLAB],
  ['GitLab with a signing token', SIGNED_GITLAB],
  ['Bitbucket Cloud', BITBUCKET],
  ['Bitbucket Data Center', BITBUCKET_SERVER],
] as const;

describe.each(HOSTS)('%s', (name, host) => {
  const message = name === 'Bitbucket Data Center' ? '' : 'Add a network';

  test('is followed by a tracked run of the commit that was pushed, once', async () => {
    const event = host.push();
    const [first, second] = [await door.deliver(host, event), await door.deliver(host, event)];
    expect(first).toEqual({ status: 202, body: { run: expect.any(String), why: null } });
    expect(second).toEqual(first);
    expect(await door.runs()).toMatchObject([
      { id: first.body.run, type: 'TRACKED', commitSha: HASH, commitMessage: message, branch: null },
    ]);
  });

  test('is followed by a proposed run of a pull request', async () => {
    const { status } = await door.deliver(host, host.request());
    expect(status).toBe(202);
    // Bitbucket Cloud tells the first digits of the commit alone.
    const told = name === 'Bitbucket Cloud' ? [null, null] : [HASH, 'A network'];
    expect(await door.runs()).toMatchObject([
      { type: 'PROPOSED', branch: 'feature', commitSha: told[0], commitMessage: told[1] },
    ]);
  });

  test('is not followed where the pull request is of a fork, unless it is said to be', async () => {
    expect(await door.deliver(host, host.fork())).toEqual(none(/comes from a fork, whose code would run/));
    await door.admin.pushes.update(door.stack, { forks: true });
    const isKept = name.startsWith('Bitbucket');
    const answer = await door.deliver(host, host.fork());
    if (isKept) expect(answer).toEqual(none(/whose commits this git host keeps in the fork alone/));
    else expect(answer).toMatchObject({ status: 202 });
  });

  test.each([
    ['without a proof', () => ({})],
    ['proved by another secret', (event: Event) => host.sign(event, `whsec_${'A'.repeat(43)}=`)],
  ])('is refused %s, before anybody reads what it says', async (_, sign) => {
    const event = host.push();
    expect(await door.send(`${text(event)}`, { ...event.headers, ...sign(event) })).toMatchObject({
      ...{ status: 401, body: { message: expect.stringContaining('hears of no pushes, or the secret') } },
    });
    expect(await door.runs()).toEqual([]);
  });
});

test.each(HOSTS.filter(([, host]) => (host as object) !== GITLAB))(
  '%s signs what it says: a change of it is refused',
  async (_, host) => {
    const event = host.push();
    const changed = text(event).replace(HASH, HASH.replace('0', '1'));
    expect(await door.send(changed, { ...event.headers, ...host.sign(event, door.secret) })).toMatchObject({
      status: 401,
    });
  },
);

describe('a push', () => {
  test.each([
    ['to another branch', GITHUB, GITHUB.push({ ref: 'refs/heads/other' }), /of branch other, .* tracks main/],
    ['of a tag', GITHUB, GITHUB.push({ ref: 'refs/tags/v1' }), /a push of a tag/],
    ['that deletes the branch', GITHUB, GITHUB.push({ deleted: true, after: NO_COMMIT }), /branch main was deleted/],
    ['that deletes it at GitLab', GITLAB, GITLAB.push({ after: NO_COMMIT, commits: [] }), /branch main was deleted/],
    ['that deletes it at Bitbucket', BITBUCKET, BITBUCKET.push({ new: null }), /branch main was deleted/],
    [
      'of a tag at Bitbucket',
      BITBUCKET,
      BITBUCKET.push({ new: { type: 'tag', name: 'main', target: { hash: HASH } } }),
      /a push of a tag/,
    ],
    [
      'that deletes it at Bitbucket Data Center',
      BITBUCKET_SERVER,
      BITBUCKET_SERVER.push({ toHash: NO_COMMIT }),
      /branch main was deleted/,
    ],
    [
      'beside the project root',
      GITHUB,
      GITHUB.push({ commits: [commit({ added: ['prod2/main.tf'] })] }),
      /it changed nothing in prod$/,
    ],
    [
      'of another repository',
      GITHUB,
      GITHUB.push({ repository: { id: 7, full_name: 'team/other' } }),
      /of repository team\/other, and that of stack network-\d+ is https:\/\/git\.example\.com\/team\/network\.git/,
    ],
  ])('%s is followed by no run', async (_, host, event, why) => {
    expect(await door.deliver(host, event)).toEqual(none(why));
    expect(await door.runs()).toEqual([]);
  });

  const beside = commit({ added: [], modified: ['README.md'] });

  test.each([
    ['that was forced', GITHUB, GITHUB.push({ forced: true, commits: [beside] })],
    ['that made the branch', GITLAB, GITLAB.push({ before: NO_COMMIT, commits: [beside] })],
    ['of more commits than are listed', GITLAB, GITLAB.push({ commits: [beside], total_commits_count: 21 })],
    ['of more commits than Gitea lists', GITEA, GITEA.push({ commits: [beside], total_commits: 9 })],
    ['of which nothing is listed', GITHUB, GITHUB.push({ commits: [] })],
    ['that removed a file', GITHUB, GITHUB.push({ commits: [beside, commit({ added: [], removed: ['prod/a.tf'] })] })],
  ])('%s is followed, since it may have changed the project', async (_, host, event) => {
    expect(await door.deliver(host, event)).toMatchObject({ status: 202 });
  });

  test.each([
    [['modules/net'], 'modules/net/main.tf', 202],
    [['modules/net'], 'modules/network/main.tf', 200],
    [['versions.tf'], 'versions.tf', 202],
    [['.'], 'README.md', 202],
  ])('counts where it changed what is said beside the project root (%j, %s: %s)', async (paths, changed, status) => {
    await door.admin.pushes.update(door.stack, { paths });
    const event = GITHUB.push({ commits: [commit({ added: [changed] })] });
    expect(await door.deliver(GITHUB, event)).toMatchObject({ status });
  });

  test.each([
    'git@git.example.com:team/network.git',
    'ssh://git@altssh.example.com:443/team/network',
    'https://git.internal/Team/Network.git',
    'private://gitlab/team/network.git',
  ])('is of the same repository however the stack reaches its host (%s)', async (url) => {
    if (url.startsWith('private')) await door.admin.vcsAgents.create({ name: 'gitlab' });
    await door.make({}, url);
    expect(await door.deliver(GITHUB, GITHUB.push())).toMatchObject({ status: 202 });
  });

  test('is not of a repository of the same name in another group', async () => {
    await door.make({}, 'https://git.example.com/group/team/network.git');
    expect(await door.deliver(GITHUB, GITHUB.push())).toEqual(none(/it is of repository team\/network/));
  });

  test('to many branches of Bitbucket counts where one of them is that of the stack', async () => {
    const { headers, body } = BITBUCKET.push();
    const { changes } = (body as { push: { changes: object[] } }).push;
    const other = { new: null, old: { type: 'branch', name: 'gone' } };
    expect(
      await door.deliver(BITBUCKET, { headers, body: { ...body, push: { changes: [other, ...changes] } } }),
    ).toMatchObject({
      ...{ status: 202 },
    });
  });
});

describe('a pull request', () => {
  test.each([
    ['that was closed', GITHUB, GITHUB.request({ action: 'closed' }), /the pull request was closed/],
    ['whose title was changed', GITLAB, GITLAB.request({ action: 'update' }), /brought no other commits/],
    ['to another branch', GITLAB, GITLAB.request({ target_branch: 'other' }), /of branch other/],
    [
      'of a branch with a name that is none',
      GITLAB,
      GITLAB.request({ source_branch: '--upload-pack' }),
      /the name of its/,
    ],
  ])('%s is followed by no run', async (_, host, event, why) => {
    expect(await door.deliver(host, event)).toEqual(none(why));
  });

  test.each([
    ['that was opened', GITHUB, GITHUB.request({ action: 'opened' })],
    ['that has got other commits', GITLAB, GITLAB.request({ action: 'update', oldrev: 'a'.repeat(40) })],
  ])('%s is followed by a run', async (_, host, event) => {
    expect(await door.deliver(host, event)).toMatchObject({ status: 202 });
  });

  test('of Bitbucket with another title is followed by no other run', async () => {
    const first = await door.deliver(BITBUCKET, BITBUCKET.request());
    expect(await door.deliver(BITBUCKET, BITBUCKET.retitled())).toEqual(first);
  });
});
