import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { Logger } from 'pino';
import { HTTP_STATUS, RequestError } from '../errors';
import { LIMIT } from '../limits';
import { idOf } from '../names';
import { fileRoutes } from './file-routes';
import { formAgain, formRoutes, isUpload } from './form-routes';
import { identify, type Env } from './identify';
import { errorPage, viewPage } from './layout';
import { liveId, liveMessages } from './live-stream';
import { LiveViews } from './live-views';
import { logInRoutes } from './log-in';
import { firstLog } from './log/log-page';
import { allow } from './not-allowed';
import { PAGES, type PageKind } from './pages';
import { SCRIPT } from './script.generated';
import { send } from './send';
import { STYLE } from './style';
import { rendered } from './view';
import type { WebParts } from './web-parts';
import { inSentence } from './words';

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

/** All of the pages below these are for whoever may see them. */
const BELOW = ['pools', 'stacks', 'modules', 'runs', 'keys', 'audit', 'webhooks', 'vcs-agent-pools'].map(
  (first) => `/${first}/*`,
);

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
  const oneOfFew: MiddlewareHandler = (c, next) =>
    isUpload(c) ? next() : admission.inFlight.during('pages', LIMIT.pagesAtOnce, 'too many pages at once', next);
  for (const path of ['/', '/live', ...BELOW]) {
    app.use(path, HEADERS, keptByNobody, identify(parts), oneOfFew);
  }
  for (const path of ['/login', '/logout', '/account']) app.use(path, HEADERS, keptByNobody, oneOfFew);
  logInRoutes(app, parts, (c, to, sent) => formAgain(c, parts, to, sent));
  const live = new LiveViews(admin, logger);
  // Before the pages: /pools/new is no pool.
  formRoutes(app, parts);
  for (const kind of PAGES) pageRoutes(app, kind, parts, live);
  fileRoutes(app, parts);
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
function pageRoutes(app: Hono<Env>, kind: PageKind, parts: WebParts, live: LiveViews): void {
  const { admin, admission, logger } = parts;
  const { path, right = 'stack:read', make, missing, hasLog } = kind;
  const streamPath = `${path === '/' ? '' : path}/live`;
  app.get(path, allow(right, parts), async (c) => {
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
  app.get(streamPath, allow(right, parts), (c) => {
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
