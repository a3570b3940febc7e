import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Admission } from '../admission';
import type { ApiKeys } from '../identity/api-keys';
import { requireRight } from '../identity/rights';
import { WEB_SESSION_MS, type WebSessions } from '../identity/web-sessions';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import { errorPage } from './layout';
import { send } from './send';
import { EVERYBODY, viewerOf, type Viewer } from './viewer';

export interface WhoParts {
  readonly apiKeys: ApiKeys;
  readonly sessions: WebSessions;
  /** Whether everybody may look. */
  readonly isOpen: boolean;
  readonly admission: Admission;
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
export function identify({ apiKeys, sessions, isOpen, admission }: WhoParts): MiddlewareHandler<Env> {
  const byKey = async (c: Context): Promise<Viewer | undefined> => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    if (encoded === '') return undefined;
    const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const proved = () => apiKeys.authenticate(id, secret.join(':'));
    const caller = await admission.logIns.attempt(c, { kind: 'API key', id }, proved);
    return caller && viewerOf(caller, proved);
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
    if (!person && (isByKey || !isOpen)) return askToLogIn(c);
    if (person) {
      admission.proved(c, person.who);
      if (person.caller) requireRight(person.caller, 'stack:read');
    }
    c.set('viewer', person ?? EVERYBODY);
    return next();
  };
}

const isForm = (c: Context): boolean => !['GET', 'HEAD'].includes(c.req.method);

/** A page for people, a challenge for programs. What the script of a page asks for opens no dialog of the browser. */
function askToLogIn(c: Context): Promise<Response> | Response {
  const accepted = c.req.header('Accept') ?? '';
  const isByKey = c.req.header('Authorization') !== undefined;
  if (accepted.includes('text/html') && !isByKey) {
    if (isForm(c) && !isFromOurPage((name) => c.req.header(name)))
      return send(c, errorPage('Not from here', NOT_FROM_HERE), 403);
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/login?to=${encodeURIComponent(`${pathname}${search}`)}`, 303);
  }
  const isBrowser = c.req.header('Sec-Fetch-Mode') !== undefined || accepted.includes('text/event-stream');
  if (!isBrowser) {
    c.header('WWW-Authenticate', 'Basic realm="worker pools: id and secret of an API key", charset="UTF-8"');
  }
  return send(c, errorPage('Log in', 'User name and password are the id and the secret of an API key.'), 401);
}
