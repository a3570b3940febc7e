import { collectDefaultMetrics, Registry } from 'prom-client';
import { EVENT_SOURCE } from '../api';
import { mountedAuthorities } from '../network/authorities';
import { Proxies } from '../network/proxies';
import { connectMqtt, connectPoll } from '../protocol/client';
import { sleep, systemClock, type Clock } from '../time';
import { openSpans } from '../tracing/open-spans';
import { assemble, type Parts } from './assemble';
import { createCaches } from './caches';
import { createLogger } from './logging';
import { compileOptions, parseBindAddress, type ControllerOptions } from './options';
import { createKubeClient, EventRecorder, type Manager, startHealthServer, type Logger } from './runtime';

/** How long the last events may take to be written after that. */
const LAST_EVENTS_MS = 3_000;

/** Another replica leads now; only a new process has certainly forgotten everything. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface RunControl {
  /** Stops the controller when aborted. */
  readonly signal?: AbortSignal;
  /** Called once, when the ports below are served. */
  readonly onServing?: (ports: { readonly health?: number; readonly metrics?: number }) => void;
  /** @default - what the options say, on standard output */
  readonly logger?: Logger;
  /** What the passes go by. @default - the system's */
  readonly clock?: Clock;
}

/**
 * Runs the controller until it is told to stop: it then takes no further work, leaves every pool as it is, closes the
 * sessions and gives its Lease back.
 * @throws LeaseLostError when the Lease was lost: the process should exit, so that its Pod starts anew.
 */
export async function runController(options: ControllerOptions, control: RunControl = {}): Promise<void> {
  const compiled = compileOptions(options);
  const logger = control.logger ?? createLogger(compiled.logLevel, compiled.logFormat);
  const prometheus = new Registry();
  collectDefaultMetrics({ register: prometheus });
  const client = await createKubeClient({
    ...(compiled.kubeconfig !== undefined && { kubeconfig: compiled.kubeconfig }),
    qps: compiled.kubeApiQps,
    burst: compiled.kubeApiBurst,
    userAgent: `worker-pools-controller/${compiled.version}`,
    logger,
    metrics: prometheus,
  });
  const spans = await openSpans({
    service: 'worker-pools-controller',
    version: compiled.version,
    variables: process.env,
    warn: (message) => logger.warn({}, message),
  });
  const { clock = systemClock } = control;
  const events = new EventRecorder({ client, component: EVENT_SOURCE, logger, clock, metrics: prometheus });
  tellNetwork(logger);
  const connect = { mqtt: connectMqtt, poll: connectPoll };
  const own = { logger, prometheus, client, events, clock, spans, connect, caches: createCaches() };
  const parts: Parts = { options: compiled, ...own };
  const manager = assemble(parts);
  const servers = await serve(parts, manager);
  control.onServing?.({ health: servers.health?.port, metrics: servers.metrics?.port });

  const stop = (): void => void manager.stop();
  control.signal?.addEventListener('abort', stop);
  if (control.signal?.aborted) stop();
  try {
    // A stop while the caches fill makes this reject; `ended` tells how it went.
    const [how] = await Promise.all([manager.ended, startUnlessStopped(manager, control.signal)]);
    if (how === 'lease-lost') throw new LeaseLostError('the Lease was lost: another replica may lead now');
    logger.info({}, 'stopped');
  } finally {
    control.signal?.removeEventListener('abort', stop);
    await Promise.all([servers.health?.close(), servers.metrics?.close(), lastEvents(events)]);
    await Promise.all([client.close(), spans.close()]);
  }
}

/** @throws ProxySettingError */
function tellNetwork(logger: Logger): void {
  const { urls: proxies } = new Proxies();
  if (proxies.length > 0)
    logger.info({ proxies }, 'control planes are reached through a proxy, save those of NO_PROXY');
  const { certificates, unusable } = mountedAuthorities();
  if (certificates.length > 0) logger.info({ count: certificates.length }, 'trusting mounted certificates, too');
  if (unusable.length > 0) logger.warn({ files: unusable }, 'these files hold no usable certificates');
}

/** What an API server out of reach does not take in this time is not told. */
async function lastEvents(events: EventRecorder): Promise<void> {
  const enough = new AbortController();
  await Promise.race([events.flush(), sleep(systemClock, LAST_EVENTS_MS, enough.signal)]);
  enough.abort();
}

interface Server {
  readonly port: number;
  close(): Promise<void>;
}

async function serve(parts: Parts, manager: Manager): Promise<{ health?: Server; metrics?: Server }> {
  const { options, prometheus, client, logger } = parts;
  const health = parseBindAddress('--health-probe-bind-address', options.healthProbeBindAddress);
  const metrics = parseBindAddress('--metrics-bind-address', options.metricsBindAddress);
  return {
    ...(health && {
      health: await startHealthServer({ ...health, liveness: manager.liveness, readiness: manager.readiness }),
    }),
    ...(metrics && {
      metrics: options.metricsSecure
        ? await (
            await import('./metrics-server')
          ).startSecureMetrics({ address: metrics, registry: prometheus, client, logger, clock: systemClock })
        : await startHealthServer({ ...metrics, liveness: [], readiness: [], metrics: prometheus }),
    }),
  };
}

async function startUnlessStopped(manager: Manager, signal: AbortSignal | undefined): Promise<void> {
  try {
    await manager.start();
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
