import type { Hono, MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import { RequestError } from '../errors';
import { requireRight, ROLES } from '../identity/rights';
import { WEB_SESSION_IDLE_MS } from '../identity/web-sessions';
import { LIMIT } from '../limits';
import { spanInWords } from '../../time';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import { facts, type Html } from './html';
import { forgetSession, identify, keepSession, sessionOf, type Env, type WhoParts } from './identify';
import { errorPage, page } from './layout';
import { send } from './send';
import type { Viewer } from './viewer';
import { count, inSentence, moment } from './words';

/** Log-in, log-out, and who one is. They work without scripts, and with managers of passwords. */
export function logInRoutes(app: Hono<Env>, parts: WhoParts): void {
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
    const form = new URLSearchParams(await admission.body(c, { who: 'log-ins', most: LIMIT.logInBytes }));
    const [id = '', secret = ''] = ['id', 'secret'].map((name) => form.get(name)?.trim());
    const to = pathOfOurs(form.get('to') ?? undefined);
    if (!keepsCookies(c.req.header('Origin'))) return send(c, logInPage({ to, id, problem: NO_TLS }), 400);
    try {
      const begin = () => sessions.begin({ id, secret }, sessionOf(c), (caller) => requireRight(caller, 'stack:read'));
      const begun = await admission.logIns.attempt(c, { kind: 'API key', id }, begin);
      if (!begun) return await send(c, logInPage({ to, id, problem: 'No API key has this id and secret.' }), 401);
      admission.proved(c, `key ${begun.caller.id}`);
      keepSession(c, begun.sessionId);
      return c.redirect(to, 303);
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'unauthorized')) throw error;
      const problem = inSentence({ message: error.message.replace(/^unauthorized: /, '') });
      return send(c, logInPage({ to, id, problem }), 401);
    }
  });
  app.post('/logout', ofOurPages, async (c) => {
    const id = sessionOf(c);
    const form = new URLSearchParams(await admission.body(c, { who: 'log-ins', most: LIMIT.logInBytes }));
    const session = id && (await sessions.find(id));
    if (session && form.get('everywhere') !== null) await sessions.endAll(session.caller.id);
    else if (id) await sessions.end(id);
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

/** Where somebody wanted to go, as far as that is a page here. */
export function pathOfOurs(text: string | undefined): string {
  const here = 'http://here.invalid';
  if (text === undefined || !text.startsWith('/') || !URL.canParse(text, here)) return '/';
  const { origin, pathname, search } = new URL(text, here);
  // A browser takes // for the beginning of a host.
  const isHere = origin === here && !pathname.startsWith('//') && !/^\/log(in|out)$/.test(pathname);
  return isHere ? `${pathname}${search}` : '/';
}

interface LogIn {
  readonly to: string;
  readonly id?: string;
  readonly problem?: string;
}

function logInPage({ to, id = '', problem }: LogIn): Html {
  return page(
    'Log in',
    html`<h1>Log in</h1>
      ${problem === undefined ? '' : html`<p class="card notice bad" role="alert">${problem}</p>`}
      <form method="post" action="/login" class="card">
        <input type="hidden" name="to" value="${to}" />
        <div class="field">
          <label for="id">Id of the API key</label>
          <input
            id="id"
            name="id"
            value="${id}"
            required
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            ${id === '' ? 'autofocus' : ''}
          />
        </div>
        <div class="field">
          <label for="secret">Secret, or token of its issuer</label>
          <input
            id="secret"
            name="secret"
            type="password"
            required
            autocomplete="current-password"
            ${id === '' ? '' : 'autofocus'}
          />
        </div>
        <p class="actions"><button class="button primary">Log in</button></p>
      </form>`,
  );
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
