import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { stream, streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import { actorOf } from '../audit/actor';
import type { Refusals } from '../audit/refusals';
import { HTTP_STATUS, RequestError } from '../errors';
import { LIMIT } from '../limits';
import { idOf } from '../names';
import { RIGHTS, type Right } from '../identity/rights';
import { FORMS } from './forms';
import { formHtml, type Form, type Ids } from './forms/form';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import { requirePool } from './forms/question';
import { Values } from './forms/values';
import type { Html } from './html';
import { identify, type Env, type WhoParts } from './identify';
import { errorPage, page, viewPage } from './layout';
import { liveId, liveMessages } from './live-stream';
import { LiveViews } from './live-views';
import { logInRoutes } from './log-in';
import { firstLog, logText, nextLog } from './log/log-page';
import { parsePlace } from './log/painter';
import { PAGES, type PageKind } from './pages';
import { SCRIPT } from './script.generated';
import { send } from './send';
import { STYLE } from './style';
import { tokenPage } from './token-page';
import { rendered } from './view';
import { inSentence } from './words';

export interface WebParts extends WhoParts {
  readonly admin: AdminService;
  readonly refusals: Refusals;
  readonly logger: Logger;
}

const HEADERS = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ['data:'],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** Some have a token or a secret, and all of them what not everybody may see. */
const keptByNobody: MiddlewareHandler = (c, next) => {
  c.header('Cache-Control', 'no-store');
  return next();
};

/** The pages for people. They work without their script, which keeps them up to date. */
export function webRoutes(parts: WebParts): Hono<Env> {
  const { admin, admission, logger } = parts;
  const app = new Hono<Env>();
  app.onError((error, c) => failed(c, error, logger));
  const oneOfFew: MiddlewareHandler = (_, next) =>
    admission.inFlight.during('pages', LIMIT.pagesAtOnce, 'too many pages at once', next);
  for (const path of ['/', '/live', '/pools/*', '/stacks/*', '/runs/*', '/keys/*', '/audit/*']) {
    app.use(path, HEADERS, keptByNobody, identify(parts), oneOfFew);
  }
  for (const path of ['/login', '/logout', '/account']) app.use(path, HEADERS, keptByNobody, oneOfFew);
  logInRoutes(app, parts);
  const live = new LiveViews(admin, logger);
  // Before the pages: /pools/new is no pool.
  formRoutes(app, parts);
  tokenRoutes(app, parts);
  for (const kind of PAGES) pageRoutes(app, kind, parts, live);
  logRoutes(app, parts);
  // Without the key as well, for the page that asks for it.
  for (const path of ['/style.css', '/script.js']) app.use(path, HEADERS);
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/script.js', (c) => c.body(SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  // Like a middleware: it is the route of nothing.
  app.use('*', HEADERS, (c, next) =>
    c.req.header('Accept')?.includes('text/html')
      ? send(c, errorPage('No such page', `There is nothing at ${c.req.path}.`), 404)
      : next(),
  );
  return app;
}

/** A page, and the stream of what changes on it. */
function pageRoutes(app: Hono<Env>, kind: PageKind, { admin, admission, logger }: WebParts, live: LiveViews): void {
  const { path, right = 'stack:read', make, missing, hasLog } = kind;
  const streamPath = `${path === '/' ? '' : path}/live`;
  app.get(path, allow(right), async (c) => {
    const id = c.req.param('id') ?? '';
    const { search, searchParams } = new URL(c.req.url);
    const view = await make(admin, id, c.var.viewer, searchParams);
    if (!view) return send(c, errorPage(`No such ${kind.what}`, missing(id), c.var), 404);
    const log = hasLog ? await firstLog(admin, idOf(id), c.req.query('after')) : undefined;
    const made = await rendered(log ? { ...view, parts: [...view.parts, { content: log.content }] } : view);
    const last = liveId(made.version, log?.place);
    const stream = `${c.req.path === '/' ? '' : c.req.path}/live${search}`;
    return c.html(String(await viewPage(made, { viewer: c.var.viewer, live: { stream, last } })));
  });
  app.get(streamPath, allow(right), (c) => {
    const { viewer } = c.var;
    const { inFlight } = admission;
    const leaveAll = inFlight.enter('live', LIMIT.livePages, 'too many pages are kept up to date');
    let leaveOwn: () => void;
    try {
      leaveOwn = inFlight.enter(
        `live ${viewer.who}`,
        LIMIT.livePagesOfKey,
        'too many of your pages are kept up to date',
      );
    } catch (error) {
      leaveAll();
      throw error;
    }
    const id = c.req.param('id') ?? '';
    const { searchParams } = new URL(c.req.url);
    searchParams.delete('last');
    const page = {
      key: `${viewer.role} ${c.req.path}?${searchParams.toString()}`,
      make: () => make(admin, id, viewer, searchParams),
      ...(hasLog ? { runId: idOf(id) } : {}),
    };
    // No proxy may keep it back.
    c.header('X-Accel-Buffering', 'no');
    const gone = new AbortController();
    const send = async (out: SSEStreamingApi) => {
      out.onAbort(() => gone.abort());
      try {
        const last = c.req.header('Last-Event-ID') ?? c.req.query('last') ?? '';
        const reader = { viewer, last, signal: gone.signal };
        for await (const message of liveMessages(admin, live, page, reader)) await out.writeSSE(message);
      } finally {
        leaveOwn();
        leaveAll();
      }
    };
    return streamSSE(c, send, (error) => {
      if (!gone.signal.aborted) logger.error({ err: error, path: c.req.path }, 'a page could not be kept up to date');
      return Promise.resolve();
    });
  });
}

function logRoutes(app: Hono<Env>, { admin, admission }: WebParts): void {
  app.get('/runs/:id/log', async (c) => {
    const run = await requireRun(admin, c.req.param('id'));
    const place = parsePlace(c.req.query('after') ?? '0');
    if (!place) throw new RequestError('malformed', 'after must be where another part of the log ended, or 0');
    const before = Number(c.req.query('before') ?? Infinity);
    return c.json(await nextLog(admin, run.id, place, before));
  });
  app.get('/runs/:id/log.txt', async (c) => {
    const run = await requireRun(admin, c.req.param('id'));
    const leave = admission.inFlight.enter('followers', LIMIT.followers, 'too many logs are read at once');
    c.header('Content-Type', 'text/plain; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="run-${run.id}.log"`);
    return stream(c, async (out) => {
      try {
        for await (const piece of logText(admin, run.id)) {
          if (out.aborted) break;
          await out.write(piece);
        }
      } finally {
        leave();
      }
    });
  });
}

async function requireRun(admin: AdminService, id: string) {
  const run = await admin.run(id);
  if (!run) throw new RequestError('not-found', `there is no run ${id}`);
  return run;
}

function formRoutes(app: Hono<Env>, parts: WebParts): void {
  const { admin, admission } = parts;
  for (const form of FORMS) {
    const mayChange = formAllowed(form, parts);
    app.get(form.path, mayChange, async (c) => {
      const ids = c.req.param() as Ids;
      const asked = await form.ask(admin, ids, new URL(c.req.url).searchParams);
      return send(c, page(asked.title, formHtml(asked), c.var));
    });
    app.post(form.path, mayChange, async (c) => {
      const ids = c.req.param() as Ids;
      const { who, caller } = c.var.viewer;
      const body = await admission.body(c, { who, most: LIMIT.formBytes, isJson: false });
      const values = await Values.read(body, c.req.header('Content-Type'));
      try {
        const own = caller ? admin.as(actorOf(caller, admission.originOf(c))) : admin;
        const done = await form.perform(own, ids, values);
        return 'goTo' in done ? c.redirect(done.goTo, 303) : send(c, page(done.title, done.content, c.var));
      } catch (error) {
        if (!(error instanceof RequestError) || error.cause !== undefined) throw error;
        const asked = await form.ask(admin, ids, new URLSearchParams());
        // A question has nothing to be mended.
        if (!asked.fields) throw error;
        const again = formHtml(asked, { values, error });
        return send(c, page(`Not done: ${asked.title}`, again, c.var), HTTP_STATUS[error.code]);
      }
    });
  }
}

function tokenRoutes(app: Hono<Env>, { admin }: WebParts): void {
  app.get('/pools/:id/token', allow('pool:token'), async (c) => {
    const pool = await requirePool(admin, c.req.param());
    return send(c, page(`Token of ${pool.name}`, tokenPage(pool), c.var));
  });
  app.get('/pools/:id/token.txt', allow('pool:token'), async (c) => {
    const { config } = await requirePool(admin, c.req.param());
    c.header('Content-Disposition', 'attachment; filename="token"');
    return c.text(config);
  });
}

/** Lets those go on who have a right. */
function allow(right: Right): MiddlewareHandler<Env> {
  return async (c, next) => (c.var.viewer.may(right) ? next() : send(c, notAllowed(c, right), 403));
}

const mayNot = (right: Right): string => `Who you are logged in as may look, but not ${RIGHTS[right].what}.`;
const notAllowed = (c: Context<Env>, right: Right): Html => errorPage('Not allowed', mayNot(right), c.var);

/** The same for a form, which a page of ours has to have sent; what is refused is noted. */
function formAllowed({ right, action }: Form, { admission, refusals }: WebParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { caller } = c.var.viewer;
    const isSent = c.req.method !== 'GET';
    const note = async (sentence: string): Promise<void> => {
      if (!isSent || !caller) return;
      const attempt = { action, objectId: c.req.param('worker') ?? c.req.param('id') };
      const actor = actorOf(caller, admission.originOf(c));
      await refusals.note(`caller ${actor.id}`, attempt, actor, new RequestError('forbidden', sentence));
    };
    if (!c.var.viewer.may(right)) {
      await note(mayNot(right));
      return send(c, notAllowed(c, right), 403);
    }
    if (isSent && !isFromOurPage((name) => c.req.header(name))) {
      await note(NOT_FROM_HERE);
      return send(c, errorPage('Not from here', NOT_FROM_HERE, c.var), 403);
    }
    return next();
  };
}

const TITLES: Partial<Record<RequestError['code'], string>> = {
  forbidden: 'Not for this key',
  'not-found': 'Not found',
  'too-many-requests': 'Too much at once',
};

function failed(c: Context, error: Error, logger: Logger): Promise<Response> {
  if (error instanceof RequestError) {
    const { code, retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds));
    if (error.cause !== undefined) logger.error({ err: error.cause, path: c.req.path }, 'page failed');
    return send(
      c,
      errorPage(TITLES[code] ?? 'It cannot be done', inSentence(error), c.var as Env['Variables']),
      HTTP_STATUS[code],
    );
  }
  logger.error({ err: error, path: c.req.path }, 'page failed');
  return send(c, errorPage('Something failed', 'The log of the control plane says why.'), 500);
}
