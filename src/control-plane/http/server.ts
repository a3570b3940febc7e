import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { listen, type ListenAddress, type Listener } from '../listen';
import { keepIdentity, type ServerIdentity } from '../server-identity';

/** Longer than any long poll and than the idle time of usual proxies, so that the client closes first. */
export const KEEP_ALIVE_MS = 75_000;

/** Serves an app over HTTPS, or over plain HTTP for a proxy in front. */
export function serve(app: Hono, address: ListenAddress, tls: ServerIdentity | null): Promise<Listener> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: 30_000 };
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    ...(tls
      ? { createServer: createHttpsServer, serverOptions: { ...options, cert: tls.cert, key: tls.key } }
      : { createServer: createHttpServer, serverOptions: options }),
  });
  keepIdentity(server, tls);
  return listen(server, address);
}
