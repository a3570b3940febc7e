import { createHash } from 'node:crypto';
import type { Clock } from '../time';
import { LruMap, type KubeClient, type KubeObject, type ResourceType } from './runtime';

const TOKEN_REVIEWS: ResourceType = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
};
const ACCESS_REVIEWS: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
};

/** Anybody may ask; what strangers ask must not slow the controller's own requests. */
const BUDGET = { qps: 2, burst: 20, timeoutMs: 10_000 };
/** How long an answer counts; a refusal shorter, because somebody may just have been let in. */
const ALLOWED_FOR_MS = 60_000;
const REFUSED_FOR_MS = 10_000;
/** Tokens whose answers are remembered. */
const CAPACITY = 500;

export type Access = 200 | 401 | 403;

interface Remembered {
  readonly access: Promise<Access>;
  until: number;
}

/** Who may read /metrics: callers whose token the API server knows, and to whom it allows `get` on /metrics. */
export class MetricsAccess {
  private readonly client: KubeClient;
  /** By the hash of the token. */
  private readonly answers = new LruMap<string, Remembered>(CAPACITY);

  constructor(
    client: KubeClient,
    private readonly clock: Clock,
  ) {
    this.client = client.separate(BUDGET);
  }

  /** @throws KubeError when the API server does not say. */
  of(authorization: string | undefined): Promise<Access> {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    if (!token) return Promise.resolve(401);
    const key = createHash('sha256').update(token).digest('base64');
    const now = this.clock.monotonic();
    const known = this.answers.get(key);
    if (known && now < known.until) return known.access;
    // Those who ask meanwhile share the answer.
    const asked: Remembered = { access: this.ask(token), until: Infinity };
    this.answers.set(key, asked);
    asked.access.then(
      (access) => (asked.until = this.clock.monotonic() + (access === 200 ? ALLOWED_FOR_MS : REFUSED_FOR_MS)),
      () => (asked.until = -Infinity),
    );
    return asked.access;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async ask(token: string): Promise<Access> {
    const { status } = await this.client.create<Review>(TOKEN_REVIEWS, undefined, review(TOKEN_REVIEWS, { token }));
    if (!status?.authenticated || !status.user) return 401;
    const { username, uid, groups } = status.user;
    const spec = { user: username, uid, groups, nonResourceAttributes: { path: '/metrics', verb: 'get' } };
    const access = await this.client.create<Review>(ACCESS_REVIEWS, undefined, review(ACCESS_REVIEWS, spec));
    return access.status?.allowed ? 200 : 403;
  }
}

interface Review extends KubeObject {
  spec: object;
  status?: {
    authenticated?: boolean;
    allowed?: boolean;
    user?: { username?: string; uid?: string; groups?: string[] };
  };
}

function review({ group, version, kind }: ResourceType, spec: object): Review {
  return { apiVersion: `${group}/${version}`, kind, metadata: { name: '' }, spec };
}
