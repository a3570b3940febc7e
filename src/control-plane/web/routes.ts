import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import type { Admission } from '../admission';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import type { ApiKeys } from '../identity/api-keys';
import { isTerminal } from '../queue/transitions';
import { visibleLines } from '../../text/visible';
import { errorPage, type Html } from './layout';
import { overviewPage, WORKERS_SHOWN } from './overview-page';
import { runPage } from './run-page';
import { STYLE } from './style';

const RUNS_SHOWN = 50;
/** How often a page renews itself, in seconds. */
const REFRESH = { overview: 5, run: 3 };

export interface WebParts {
  readonly admin: AdminService;
  /** Their id and secret are user name and password; null shows the pages to everybody. */
  readonly apiKeys: ApiKeys | null;
  readonly admission: Admission;
  readonly logger: Logger;
}

/** The pages for people: read-only, without scripts. */
export function webRoutes({ admin, apiKeys, admission, logger }: WebParts): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof RequestError && error.code === 'too-many-requests') {
      c.header('Retry-After', String(error.retryAfterSeconds ?? 1));
      return send(c, errorPage('Too much at once', `${error.message}.`), 429);
    }
    logger.error({ err: error, path: c.req.path }, 'page failed');
    return send(c, errorPage('Something failed', 'The log of the control plane says why.'), 500);
  });
  const headers = secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], imgSrc: ['data:'] },
  });
  const oneOfFew: MiddlewareHandler = (_, next) =>
    admission.inFlight.during('pages', LIMIT.pagesAtOnce, 'too many pages at once', next);
  for (const path of ['/', '/runs/:id']) {
    app.use(path, headers, ...(apiKeys ? [requireKey(apiKeys, admission)] : []), oneOfFew);
  }
  // Without the key as well, for the page that asks for it.
  app.use('/style.css', headers);
  app.get('/', async (c) => {
    const all = await admin.pools();
    const ids = all.map(({ id }) => id);
    const [counts, pending] = await Promise.all([admin.countWorkers(ids), admin.pendingRuns(ids)]);
    const pools = await Promise.all(
      all.map(async (pool) => ({
        pool,
        workers: await admin.workers(pool.id, WORKERS_SHOWN),
        registered: counts.get(pool.id)?.registered ?? 0,
        busy: counts.get(pool.id)?.busy ?? 0,
        pendingRuns: pending.get(pool.id) ?? 0,
      })),
    );
    const runs = await admin.runs({ limit: RUNS_SHOWN });
    return send(c, overviewPage(pools, runs, Date.now(), isStill(c) ? null : REFRESH.overview));
  });
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/runs/:id', async (c) => {
    const run = await admin.run(c.req.param('id'));
    if (!run) return send(c, errorPage('No such run', `There is no run ${c.req.param('id')}.`), 404);
    const log = await admin.readLogEnd(run.id, LIMIT.logPageRecords, LIMIT.logPageCharacters);
    const pool = (await admin.pool(run.poolId))?.name ?? '(deleted)';
    const view = { run, pool, waitsFor: (await admin.waitsFor([run]))[0] ?? null, log, isCut: (log[0]?.id ?? 1) > 1 };
    return send(c, runPage(view, Date.now(), isTerminal(run.state) || isStill(c) ? null : REFRESH.run));
  });
  return app;
}

/** A page as it goes out, whole: what runs and names hold of control characters becomes visible, colours go. */
async function send(c: Context, content: Html, status: 200 | 401 | 404 | 429 | 500 = 200): Promise<Response> {
  return c.html(visibleLines(String(await content)), status);
}

function isStill(c: Context): boolean {
  return c.req.query('refresh') === 'off';
}

function requireKey(apiKeys: ApiKeys, admission: Admission): MiddlewareHandler {
  return async (c, next) => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    // A browser asks without them first.
    const isRight =
      encoded !== '' &&
      (await admission.logIns.attempt(admission.addressOf(c), () => apiKeys.matches(id, secret.join(':'))));
    if (isRight) {
      admission.proved(c, `key ${id}`);
      return next();
    }
    c.header('WWW-Authenticate', 'Basic realm="worker pools: id and secret of the API key", charset="UTF-8"');
    return send(c, errorPage('Log in', 'User name and password are the id and the secret of the API key.'), 401);
  };
}
