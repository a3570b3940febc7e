import { Hono } from 'hono';
import { pino } from 'pino';
import { Admission } from '../../../../src/control-plane/admission';
import type { Action } from '../../../../src/control-plane/audit/actions';
import { logInObserver, LogInTrail } from '../../../../src/control-plane/audit/log-ins';
import { Refusals } from '../../../../src/control-plane/audit/refusals';
import { graphqlRoute } from '../../../../src/control-plane/graphql/route';
import { apiRoutes } from '../../../../src/control-plane/http/api-routes';
import type { Role } from '../../../../src/control-plane/identity/rights';
import type { AuditTrailEntry } from '../../../../src/control-plane/store/audit-trail';
import { WebSessions } from '../../../../src/control-plane/identity/web-sessions';
import { webRoutes } from '../../../../src/control-plane/web/routes';
import type { TestQueue } from '../../support/queue';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** In place of a body. */
  readonly form?: object;
}

interface Key {
  readonly id: string;
  readonly secret: string;
}

/** The doors by which people and programs come to the control plane, without a server. */
export class TestDoors {
  readonly refusals: Refusals;
  private readonly app = new Hono();
  private readonly keys = new Map<Role, Key>();

  constructor(private readonly queue: TestQueue) {
    const { admin, apiKeys, context } = queue;
    this.refusals = new Refusals(context);
    const trail = new LogInTrail(context);
    const admission = new Admission([], logInObserver(this.refusals, trail));
    const parts = { admin, apiKeys, admission, refusals: this.refusals, logger: pino({ level: 'silent' }) };
    this.app.route('/graphql', graphqlRoute(parts));
    this.app.route('/api/v1', apiRoutes(parts));
    const sessions = new WebSessions(context.store, apiKeys, () => queue.now, trail);
    this.app.route('/', webRoutes({ ...parts, sessions, isOpen: false }));
  }

  /** What changes something beside GraphQL, such as `POST /runs/:id/confirm`. */
  get changingRoutes(): string[] {
    const routes = this.app.routes
      .filter(({ method, path }) => !['GET', 'ALL'].includes(method) && path !== '/graphql')
      .map(({ method, path }) => `${method} ${path}`);
    return [...new Set(routes)];
  }

  /** The key of a role, by its name. */
  async key(role: Role): Promise<Key> {
    const { id, secret } = this.keys.get(role) ?? (await this.queue.admin.keys.create({ name: `the ${role}`, role }));
    const key = { id, secret: secret! };
    this.keys.set(role, key);
    return key;
  }

  /** Sends a request as somebody with a role does. */
  async send(role: Role, request: Request): Promise<Response> {
    const { id, secret } = await this.key(role);
    const { path } = request;
    if (path !== '/graphql' && !path.startsWith('/api/')) {
      const Authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
      return this.raw(request, { Authorization, 'Sec-Fetch-Site': 'same-origin' });
    }
    const { jwt } = (await this.queue.apiKeys.exchange(id, secret))!;
    return this.raw(request, { Authorization: `Bearer ${jwt}` });
  }

  async raw({ method, path, body = '', form }: Request, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method, headers: { 'User-Agent': 'a test/1', ...headers } };
    if (method === 'GET') return this.app.request(path, init);
    if (form) return this.app.request(path, { ...init, body: multipart(form) });
    return this.app.request(path, { ...init, body });
  }

  /** What a form has that a page of ours brings along. */
  async hiddenFields(path: string): Promise<Record<string, string>> {
    const html = await (await this.send('admin', { method: 'GET', path })).text();
    return Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );
  }

  /** All of it, oldest first. */
  entries(): Promise<AuditTrailEntry[]> {
    return this.queue.admin.searchAuditTrail({ where: [], oldestFirst: true, after: undefined, limit: 1000 });
  }
}

export const graphql = (query: string, variables: object = {}): Request => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
});

function multipart(fields: object): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value instanceof Blob ? value : String(value));
  return data;
}

/** As much of a tar.gz as the control plane looks at. */
export const archive = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from([0x1f, 0x8b, ...Buffer.from(text)]);

/** In what is changed, and never in the audit trail. */
export const SECRET = 'a-value-that-nobody-is-told';

export interface Door {
  readonly action: Action;
  /** Makes what it is done to, and the request. */
  readonly prepare: () => Promise<Request> | Request;
}

export const mutation = (action: Action, document: string, variables: () => Promise<object> | object): Door => ({
  action,
  prepare: async () => graphql(`mutation${document}`, await variables()),
});
