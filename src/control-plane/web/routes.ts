import { Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { AdminApi } from '../admin';
import type { ApiKeys } from '../api-key';
import { errorPage, overviewPage, runPage } from './pages';
import { STYLE } from './layout';

/** Records of a log that a page shows. */
const LOG_SHOWN = 2000;
const RUNS_SHOWN = 50;

/** The pages for people: read-only, without scripts. With API keys, their id and secret are user name and password. */
export function webRoutes(admin: AdminApi, apiKeys: ApiKeys | null, logger: Logger): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    logger.error({ err: error, path: c.req.path }, 'page failed');
    return c.html(errorPage('Something failed', 'The log of the control plane says why.'), 500);
  });
  const common = [
    secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], imgSrc: ['data:'] } }),
    ...(apiKeys ? [requireKey(apiKeys)] : []),
  ];
  for (const path of ['/', '/style.css', '/runs/:id']) app.use(path, ...common);
  app.get('/', (c) => {
    const pools = admin.pools().map((pool) => ({
      pool,
      workers: admin.workers(pool.id),
      pendingRuns: admin.pendingRuns(pool.id),
    }));
    return c.html(overviewPage(pools, admin.runs({ limit: RUNS_SHOWN })));
  });
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/runs/:id', (c) => {
    const run = admin.run(c.req.param('id'));
    if (!run) return c.html(errorPage('No such run', `There is no run ${c.req.param('id')}.`), 404);
    const log = admin.readLogEnd(run.id, LOG_SHOWN);
    return c.html(runPage(run, log, log.length === LOG_SHOWN));
  });
  return app;
}

function requireKey(apiKeys: ApiKeys): MiddlewareHandler {
  return async (c, next) => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    if (apiKeys.matches(id, secret.join(':'))) return next();
    c.header('WWW-Authenticate', 'Basic realm="worker pools: id and secret of the API key", charset="UTF-8"');
    return c.html(errorPage('Log in', 'User name and password are the id and the secret of the API key.'), 401);
  };
}
