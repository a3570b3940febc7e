import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface HealthCheck {
  name: string;
  /** Undefined while all is well, otherwise one sentence that says what is not. */
  problem(): string | undefined;
}

interface HealthServerOptions {
  /** 0 for any free port. */
  port: number;
  /** @default every address */
  host?: string;
  /** A failing one makes the kubelet restart the container. */
  liveness: readonly HealthCheck[];
  /** A failing one takes the Pod out of its Service. */
  readiness: readonly HealthCheck[];
  /** Shown at /metrics. */
  metrics?: Registry;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /healthz, /readyz and /metrics. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path === '/metrics' && options.metrics) {
      const registry = options.metrics;
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
      return;
    }
    const checks = path === '/healthz' ? options.liveness : path === '/readyz' ? options.readiness : undefined;
    if (!checks) {
      response.writeHead(404).end('not found\n');
      return;
    }
    const problems = checks.map((check) => ({ name: check.name, problem: check.problem() }));
    const healthy = problems.every(({ problem }) => problem === undefined);
    const lines = problems.map(
      ({ name, problem }) =>
        `${problem === undefined ? 'ok' : 'failed'} ${name}${problem === undefined ? '' : `: ${problem}`}\n`,
    );
    response
      .writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' })
      .end(lines.join('') || 'ok\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
