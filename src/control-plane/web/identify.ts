import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Admission } from '../admission';
import { wayOf } from '../admission/log-ins';
import type { Refusals } from '../audit/refusals';
import type { ApiKeys } from '../identity/api-keys';
import { WEB_SESSION_MS, type WebSessions } from '../identity/web-sessions';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import { Values } from './forms/values';
import { errorPage } from './layout';
import { logInPage } from './log-in-page';
import { send } from './send';
import { EVERYBODY, viewerOf, type Viewer } from './viewer';

export interface WhoParts {
  readonly apiKeys: ApiKeys;
  readonly sessions: WebSessions;
  /** Whether everybody may look. */
  readonly isOpen: boolean;
  readonly admission: Admission;
  readonly refusals: Refusals;
}

export type Env = { Variables: { viewer: Viewer } };

/** Browsers send it to this host alone, over TLS, and show it to no script. */
const COOKIE = 'worker-pools';

export const sessionOf = (c: Context): string | undefined => getCookie(c, COOKIE, 'host');

/** Lax: who comes by a link is logged in. Forms of other sites come without it, and are refused beside that (`isFromOurPage`). */
export const keepSession = (c: Context, id: string): void =>
  setCookie(c, COOKIE, id, { prefix: 'host', httpOnly: true, sameSite: 'Lax', maxAge: WEB_SESSION_MS / 1000 });

export const forgetSession = (c: Context): void =>
  void deleteCookie(c, COOKIE, { prefix: 'host', httpOnly: true, sameSite: 'Lax' });

/** Says who looks: by their session, by id and secret of an API key as programs send them, or everybody where that is allowed. */
export function identify({ apiKeys, sessions, isOpen, admission, refusals }: WhoParts): MiddlewareHandler<Env> {
  const byKey = async (c: Context): Promise<Viewer | undefined> => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    if (encoded === '') return undefined;
    const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const secret = rest.join(':');
    const proved = () => apiKeys.authenticate(id, secret);
    const prove = async () => {
      const caller = await proved();
      return caller && { caller };
    };
    const known = await admission.logIns.attempt(c, { kind: 'API key', id, way: wayOf(secret) }, prove);
    return known && viewerOf(known.caller, proved);
  };
  const bySession = async (c: Context): Promise<Viewer | undefined> => {
    const id = sessionOf(c);
    // A page that keeps itself up to date is no use of a session.
    const session = id && (await (c.req.path.endsWith('/live') ? sessions.find(id) : sessions.use(id)));
    if (!id || !session) return undefined;
    const { caller } = session;
    return { ...viewerOf(caller, async () => (await sessions.find(id))?.caller), session };
  };
  return async (c, next) => {
    const isByKey = c.req.header('Authorization') !== undefined;
    const person = await (isByKey ? byKey(c) : bySession(c));
    if (!person && (isByKey || !isOpen)) return askToLogIn(c, admission);
    if (person) {
      admission.proved(c, person.who);
      const attempt = { action: 'api.read', objectId: c.req.path } as const;
      if (person.caller) await refusals.admit(person.caller, admission.originOf(c), 'stack:read', attempt);
    }
    c.set('viewer', person ?? EVERYBODY);
    return next();
  };
}

const wantedOf = (c: Context): string => new URL(c.req.url).pathname + new URL(c.req.url).search;

const toLogIn = (c: Context): Response => c.redirect(`/login?to=${encodeURIComponent(wantedOf(c))}`, 303);

/** What a log-in says in other letters is longer. */
const KEPT_BYTES = LIMIT.pageLogInBytes / 4;

/** A session has ended while somebody filled in a form: the page of the log-in brings along what they have typed. */
async function keepForLogIn(c: Context, admission: Admission): Promise<Response> {
  try {
    const body = await admission.bytes(c, { who: 'log-ins', most: KEPT_BYTES, isJson: false });
    const kept = await Values.read(body, c.req.header('Content-Type'));
    if (kept.entries().length === 0) return toLogIn(c);
    return await send(c, logInPage({ to: wantedOf(c), problem: LOG_IN_FIRST, kept }), 401);
  } catch (error) {
    if (error instanceof RequestError) return toLogIn(c);
    throw error;
  }
}

const LOG_IN_FIRST =
  'Your session has ended, so nothing was done: log in again, and the form is there as you have filled it in.';

const isForm = (c: Context): boolean => !['GET', 'HEAD'].includes(c.req.method);

/** A page for people, a challenge for programs. What the script of a page asks for opens no dialog of the browser. */
function askToLogIn(c: Context, admission: Admission): Promise<Response> | Response {
  const accepted = c.req.header('Accept') ?? '';
  const isByKey = c.req.header('Authorization') !== undefined;
  if (accepted.includes('text/html') && !isByKey) {
    if (isForm(c) && !isFromOurPage((name) => c.req.header(name)))
      return send(c, errorPage('Not from here', NOT_FROM_HERE), 403);
    return isForm(c) ? keepForLogIn(c, admission) : toLogIn(c);
  }
  const isBrowser = c.req.header('Sec-Fetch-Mode') !== undefined || accepted.includes('text/event-stream');
  if (!isBrowser) {
    c.header('WWW-Authenticate', 'Basic realm="worker pools: id and secret of an API key", charset="UTF-8"');
  }
  return send(c, errorPage('Log in', 'User name and password are the id and the secret of an API key.'), 401);
}
