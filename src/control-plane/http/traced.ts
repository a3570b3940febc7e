import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Tracing } from '../tracing';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];

/** A span for each request, named by the pattern of its path: what a caller wrote is in none. */
export function traced(tracing: Tracing): MiddlewareHandler {
  return (c, next) =>
    tracing.request(c.req.raw.headers, async () => {
      await next();
      const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path;
      return { method: METHODS.includes(c.req.method) ? c.req.method : '_OTHER', route, status: c.res.status };
    });
}
