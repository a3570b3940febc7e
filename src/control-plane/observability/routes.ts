import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import { readiness, type ReadinessCheck } from './readiness';

/** `/healthz`: the process answers. `/readyz`: requests are of use, or why not. */
export function healthRoutes(checks: readonly ReadinessCheck[]): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const { isReady, report } = await readiness(checks);
    return c.text(report, isReady ? 200 : 503);
  });
  return app;
}

/** `/metrics`, in the text format of Prometheus. */
export function metricsRoutes(registry: Registry): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }));
  return app;
}
