import type { Context, Hono, MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import { RequestError } from '../errors';
import { requireRight, ROLES } from '../identity/rights';
import { WEB_SESSION_IDLE_MS } from '../identity/web-sessions';
import { LIMIT } from '../limits';
import { spanInWords } from '../../time';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import type { Sent } from './forms/values';
import { facts, type Html } from './html';
import { forgetSession, identify, keepSession, sessionOf, type Env, type WhoParts } from './identify';
import { errorPage, page } from './layout';
import { keptOf, logInPage, pathOfOurs } from './log-in-page';
import { send } from './send';
import { viewerOf, type Viewer } from './viewer';
import { count, inSentence, moment } from './words';

/** Shows a form as it was filled in when its session had ended; undefined: there is none to be shown. */
export type FormAgain = (c: Context<Env>, to: string, sent: Sent) => Promise<Response | undefined>;

const NOT_YET = 'Your session had ended, so nothing was done yet. Here is what you have typed: send it again.';

/** Log-in, log-out, and who one is. They work without scripts, and with managers of passwords. */
export function logInRoutes(app: Hono<Env>, parts: WhoParts, formAgain: FormAgain): void {
  const { sessions, admission, isOpen } = parts;
  app.get('/login', async (c) => {
    const id = sessionOf(c);
    const to = pathOfOurs(c.req.query('to'));
    if (id === undefined) return send(c, logInPage({ to }));
    if (await sessions.find(id)) return c.redirect(to, 303);
    forgetSession(c);
    return send(c, logInPage({ to, problem: 'Your session has ended: log in again.' }));
  });
  app.post('/login', ofOurPages, async (c) => {
    const form = new URLSearchParams(await admission.body(c, { who: 'log-ins', most: LIMIT.pageLogInBytes }));
    const kept = keptOf(form);
    const [id = '', secret = ''] = ['id', 'secret'].map((name) => form.get(name)?.trim());
    const to = pathOfOurs(form.get('to') ?? undefined);
    if (!keepsCookies(c.req.header('Origin'))) return send(c, logInPage({ to, id, problem: NO_TLS, kept }), 400);
    try {
      const given = { id, secret, former: sessionOf(c), origin: admission.originOf(c) };
      const begin = () => sessions.begin(given, (caller) => requireRight(caller, 'stack:read'));
      const begun = await admission.logIns.attempt(c, { kind: 'API key', id, way: 'page' }, begin);
      if (!begun) return await send(c, logInPage({ to, id, problem: 'No API key has this id and secret.', kept }), 401);
      admission.proved(c, `key ${begun.caller.id}`);
      keepSession(c, begun.sessionId);
      if (!kept) return c.redirect(to, 303);
      const session = await sessions.find(begun.sessionId);
      c.set('viewer', { ...viewerOf(begun.caller, () => Promise.resolve(begun.caller)), ...(session && { session }) });
      return (await formAgain(c, to, { values: kept, note: NOT_YET })) ?? c.redirect(to, 303);
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'unauthorized')) throw error;
      const problem = inSentence({ message: error.message.replace(/^unauthorized: /, '') });
      return send(c, logInPage({ to, id, problem, kept }), 401);
    }
  });
  app.post('/logout', ofOurPages, async (c) => {
    const id = sessionOf(c);
    const form = new URLSearchParams(await admission.body(c, { who: 'log-ins', most: LIMIT.logInBytes }));
    const session = id && (await sessions.find(id));
    const origin = admission.originOf(c);
    if (session && form.get('everywhere') !== null) await sessions.endAll(session.caller, origin);
    else if (id) await sessions.end(id, origin);
    forgetSession(c);
    return c.redirect(isOpen ? '/' : '/login', 303);
  });
  app.get('/account', identify(parts), async (c) => {
    const { viewer } = c.var;
    if (!viewer.caller) return c.redirect('/login?to=/account', 303);
    return send(c, page('Who you are', await accountPage(viewer, await sessions.count(viewer.caller.id)), c.var));
  });
}

const NO_TLS =
  'Browsers keep the cookie of a session over HTTPS alone: open this page by an address that begins with https://.';

/** Forms of other sites could log somebody in as who they are not, or log them out. */
const ofOurPages: MiddlewareHandler = (c, next) => {
  if (isFromOurPage((name) => c.req.header(name))) return next();
  return send(c, errorPage('Not from here', NOT_FROM_HERE), 403);
};

/** Of an origin over plain HTTP browsers keep none, but for their own machine. */
function keepsCookies(origin: string | undefined): boolean {
  if (origin === undefined || !URL.canParse(origin)) return true;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function accountPage({ caller, session }: Viewer, sessions: number): Html {
  if (!caller) return html``;
  const { id, name, role } = caller;
  const ofSession: [string, Html][] = session
    ? [
        ['Logged in', moment(session.startedAt)],
        ['Session ends', moment(session.endsAt)],
      ]
    : [];
  return html`<h1>Who you are</h1>
    ${facts([['API key', name], ['Id', html`<code>${id}</code>`], ['Role', `${role}: ${ROLES[role]}`], ...ofSession])}
    ${
      session
        ? html`<form method="post" action="/logout" class="card">
            <p>
              The session ends earlier where nothing is done for ${spanInWords(WEB_SESSION_IDLE_MS)}. This API key has
              ${count(sessions, 'session')} in browsers.
            </p>
            <p class="actions">
              <button class="button">Log out</button>
              <button class="button danger" name="everywhere" value="yes">Log out everywhere</button>
            </p>
          </form>`
        : ''
    }`;
}
