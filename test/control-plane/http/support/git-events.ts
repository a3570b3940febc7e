import { execFileSync } from 'node:child_process';

/*
 * Deliveries of git hosts, with the fields that their documentation shows, as far as any of them matters here: webhook events
 * and payloads of GitHub, webhooks of Gitea and Forgejo, webhook events of GitLab, event payloads of Bitbucket Cloud and Data
 * Center. They are signed by openssl.
 */

export const HASH = '0123456789abcdef0123456789abcdef01234567';
export const BEFORE = 'f'.repeat(40);
export const NO_COMMIT = '0'.repeat(40);

const COMMIT = {
  id: HASH,
  message: 'Add a network\n\nFor everybody.',
  timestamp: '2026-11-27T20:00:00Z',
  author: { name: 'Ada Lovelace', email: 'ada@example.com' },
  added: ['prod/main.tf'],
  modified: [] as string[],
  removed: [] as string[],
};

export const commit = (change: object): object => ({ ...COMMIT, ...change });

/** What is sent: headers but those of its proof, and the body. */
export interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

const URL_OF = 'https://git.example.com/team/network';
const REPOSITORY = {
  ...{ id: 1296269, name: 'network', full_name: 'team/network', html_url: URL_OF, clone_url: `${URL_OF}.git` },
  ...{ ssh_url: 'git@git.example.com:team/network.git', fork: false, pushed_at: 1785182400 },
};
const FORK = { ...REPOSITORY, id: 9, full_name: 'eve/network', fork: true };
let deliveries = 0;
const delivery = (): string => `72d3162e-cc78-11e3-81ab-${String((deliveries += 1)).padStart(12, '0')}`;

const hubPush = (change: object): object => ({
  ...{ ref: 'refs/heads/main', before: BEFORE, after: HASH, created: false, deleted: false, forced: false },
  ...{ base_ref: null, compare: `${URL_OF}/compare`, commits: [COMMIT], head_commit: COMMIT },
  ...{ repository: REPOSITORY, pusher: { name: 'ada', email: 'ada@example.com' }, ...change },
});

const hubRequest = (change: object, head: object): object => ({
  ...{ action: 'synchronize', number: 2, repository: REPOSITORY },
  pull_request: {
    ...{ number: 2, state: 'open', title: 'A network', draft: false },
    head: { label: 'team:feature', ref: 'feature', sha: HASH, repo: REPOSITORY, ...head },
    base: { label: 'team:main', ref: 'main', sha: BEFORE, repo: REPOSITORY },
  },
  ...change,
});

const github = (event: string, body: object): Event => ({
  headers: { 'User-Agent': 'GitHub-Hookshot/044aadd', 'X-GitHub-Event': event, 'X-GitHub-Delivery': delivery() },
  body,
});

/** Forgejo sends the headers of Gitea, and both of them those of GitHub. */
const gitea = (event: string, body: object): Event => {
  const id = delivery();
  const named = ['GitHub', 'Gogs', 'Gitea'].flatMap((host) => [
    [`X-${host}-Delivery`, id],
    [`X-${host}-Event`, event],
  ]);
  return { headers: Object.fromEntries(named) as Record<string, string>, body };
};

const gitlab = (event: string, body: object): Event => ({
  headers: { 'User-Agent': 'GitLab/18.5.0', 'X-Gitlab-Event': event, 'Idempotency-Key': delivery() },
  body,
});

const PROJECT = {
  ...{ id: 15, name: 'network', web_url: URL_OF, path_with_namespace: 'team/network', default_branch: 'main' },
  ...{ git_http_url: `${URL_OF}.git`, git_ssh_url: 'git@git.example.com:team/network.git' },
};

const labPush = (change: object): object => ({
  ...{ object_kind: 'push', event_name: 'push', before: BEFORE, after: HASH, ref: 'refs/heads/main' },
  ...{ checkout_sha: HASH, project_id: 15, project: PROJECT, commits: [COMMIT], total_commits_count: 1, ...change },
});

const labRequest = (change: object): object => ({
  ...{ object_kind: 'merge_request', event_type: 'merge_request', project: PROJECT },
  object_attributes: {
    ...{ id: 99, iid: 1, title: 'A network', state: 'opened', action: 'open' },
    ...{ source_branch: 'feature', target_branch: 'main', source_project_id: 15, target_project_id: 15 },
    ...{ last_commit: { id: HASH, message: 'Add a network' }, ...change },
  },
});

const bucket = (key: string, body: object): Event => ({
  headers: { 'X-Event-Key': key, 'X-Request-UUID': delivery(), 'X-Hook-UUID': 'b0f0', 'X-Attempt-Number': '1' },
  body,
});

const CLOUD = { type: 'repository', full_name: 'team/network', name: 'network', uuid: '{b0f0}', is_private: true };

const cloudPush = (change: object): object => ({
  repository: CLOUD,
  push: {
    changes: [
      {
        new: { type: 'branch', name: 'main', target: { type: 'commit', hash: HASH, message: 'Add a network\n' } },
        old: { type: 'branch', name: 'main', target: { type: 'commit', hash: BEFORE, message: 'Begin\n' } },
        ...{ created: false, closed: false, forced: false, truncated: false, ...change },
      },
    ],
  },
});

const cloudRequest = (source: object, title = 'A network'): object => ({
  repository: CLOUD,
  pullrequest: {
    ...{ id: 1, title, state: 'OPEN' },
    source: { branch: { name: 'feature' }, commit: { hash: HASH.slice(0, 12) }, repository: CLOUD, ...source },
    destination: { branch: { name: 'main' }, commit: { hash: BEFORE.slice(0, 12) }, repository: CLOUD },
  },
});

const SERVER = { id: 84, slug: 'network', name: 'network', project: { key: 'TEAM', id: 84, name: 'team' } };

const serverPush = (change: object): object => ({
  ...{ eventKey: 'repo:refs_changed', date: '2026-11-27T20:00:00+0000', repository: SERVER },
  changes: [
    {
      ref: { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
      ...{ refId: 'refs/heads/main', fromHash: BEFORE, toHash: HASH, type: 'UPDATE', ...change },
    },
  ],
});

const serverRequest = (from: object): object => ({
  ...{ eventKey: 'pr:opened', date: '2026-11-27T20:00:00+0000' },
  pullRequest: {
    ...{ id: 1, version: 0, title: 'A network', state: 'OPEN', open: true },
    fromRef: {
      ...{ id: 'refs/heads/feature', displayId: 'feature', latestCommit: HASH, repository: SERVER, ...from },
    },
    toRef: { id: 'refs/heads/main', displayId: 'main', latestCommit: BEFORE, repository: SERVER },
  },
});

/** The headers by which a host proves who sends. */
export type Sign = (event: Event, secret: string) => Readonly<Record<string, string>>;

/** A kind of host: how it tells of what. */
interface Host {
  readonly push: (change?: object) => Event;
  readonly request: (change?: object) => Event;
  /** From a fork. */
  readonly fork: () => Event;
  readonly sign: Sign;
}

export const GITHUB = {
  push: (change = {}) => github('push', hubPush(change)),
  request: (change = {}) => github('pull_request', hubRequest(change, {})),
  fork: () => github('pull_request', hubRequest({}, { repo: FORK })),
  ping: () => github('ping', { zen: 'Design for failure.', hook_id: 1, repository: REPOSITORY }),
  other: () => github('issues', { action: 'opened', repository: REPOSITORY }),
  sign: (event, secret) => ({ 'X-Hub-Signature-256': `sha256=${hmac(text(event), secret)}` }),
} satisfies Host & Record<string, unknown>;

export const GITEA = {
  push: (change = {}) => gitea('push', hubPush({ total_commits: 1, ...change })),
  request: (change = {}) => gitea('pull_request', hubRequest({ action: 'synchronized', ...change }, {})),
  fork: () => gitea('pull_request', hubRequest({ action: 'opened' }, { repo: FORK })),
  sign: (event, secret) => {
    const digits = hmac(text(event), secret);
    return { 'X-Gitea-Signature': digits, 'X-Hub-Signature-256': `sha256=${digits}` };
  },
} satisfies Host;

export const FORGEJO = {
  push: (change = {}) => forgejo(GITEA.push(change)),
  request: (change = {}) => forgejo(GITEA.request(change)),
  fork: () => forgejo(GITEA.fork()),
  sign: (event, secret) => ({ ...GITEA.sign(event, secret), 'X-Forgejo-Signature': hmac(text(event), secret) }),
} satisfies Host;

const forgejo = ({ headers, body }: Event): Event => ({
  headers: { ...headers, 'X-Forgejo-Event': headers['X-Gitea-Event']! },
  body,
});

export const GITLAB = {
  push: (change = {}) => gitlab('Push Hook', labPush(change)),
  request: (change = {}) => gitlab('Merge Request Hook', labRequest(change)),
  fork: () => gitlab('Merge Request Hook', labRequest({ source_project_id: 16 })),
  sign: (_event, secret) => ({ 'X-Gitlab-Token': secret }),
} satisfies Host;

/** GitLab with a signing token. */
export const SIGNED_GITLAB = {
  ...GITLAB,
  sign: (event, secret) => signedByLab(event, secret, Math.floor(Date.now() / 1000)),
} satisfies Host;

export function signedByLab(event: Event, secret: string, seconds: number): Record<string, string> {
  const id = event.headers['Idempotency-Key']!;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64').toString('hex');
  const signed = openssl(`${id}.${seconds}.${text(event)}`, ['-mac', 'HMAC', '-macopt', `hexkey:${key}`]);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${Buffer.from(signed, 'hex').toString('base64')}`,
  };
}

const bucketSigned = (event: Event, secret: string) => ({ 'X-Hub-Signature': `sha256=${hmac(text(event), secret)}` });

export const BITBUCKET = {
  push: (change = {}) => bucket('repo:push', cloudPush(change)),
  request: (change = {}) => bucket('pullrequest:created', cloudRequest(change)),
  retitled: () => bucket('pullrequest:updated', cloudRequest({}, 'Another title')),
  fork: () => bucket('pullrequest:created', cloudRequest({ repository: { ...CLOUD, full_name: 'eve/network' } })),
  sign: bucketSigned,
} satisfies Host & Record<string, unknown>;

export const BITBUCKET_SERVER = {
  push: (change = {}) => bucket('repo:refs_changed', serverPush(change)),
  request: (change = {}) => bucket('pr:opened', serverRequest(change)),
  fork: () => bucket('pr:opened', serverRequest({ repository: { ...SERVER, id: 9, project: { key: '~EVE' } } })),
  ping: () => bucket('diagnostics:ping', { test: true }),
  sign: bucketSigned,
} satisfies Host & Record<string, unknown>;

/** As it is sent. */
export const text = ({ body }: Event): string => JSON.stringify(body);

const hmac = (signed: string, secret: string): string => openssl(signed, ['-hmac', secret]);

function openssl(signed: string, how: readonly string[]): string {
  const said = execFileSync('openssl', ['dgst', '-sha256', ...how], { input: signed, encoding: 'utf8' });
  return said.trim().split(' ').at(-1)!;
}
