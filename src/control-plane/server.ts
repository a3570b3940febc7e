import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

/** Longer than any long poll and than the idle time of usual proxies, so that the client closes first. */
export const KEEP_ALIVE_MS = 75_000;

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves an app over HTTPS, or over plain HTTP for a proxy in front. */
export async function serve(
  app: Hono,
  listen: { readonly host: string; readonly port: number },
  tls: { readonly cert: string; readonly key: string } | null,
): Promise<HttpServer> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: 30_000 };
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    ...(tls
      ? { createServer: createHttpsServer, serverOptions: { ...options, ...tls } }
      : { createServer: createHttpServer, serverOptions: options }),
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
