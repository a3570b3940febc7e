import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { CONTROL_PLANE_PORT } from '../api/defaults';
import { systemClock, type Clock } from '../time';
import { NO_SPANS } from '../tracing/spans';
import { AdminService } from './admin/admin-service';
import { Admission } from './admission';
import type { ConnectionLimits } from './admission/connections';
import { Refusals } from './audit/refusals';
import { ApiKeys } from './identity/api-keys';
import type { ProofChecks } from './identity/proof-checks';
import { WebSessions } from './identity/web-sessions';
import { Brokers } from './broker';
import { connectionLimits, type Servers } from './connection-limits';
import { isEveryAddress } from './listen';
import { openAdmission } from './open-admission';
import { Opened } from './opened';
import { measuredBlobs } from './observability/measured-blobs';
import { measuredStore } from './observability/measured-store';
import { Metrics } from './observability/metrics';
import { openTracing } from './observability/open-tracing';
import { tracedStore } from './observability/traced-store';
import { noOftenerThan, type ReadinessCheck } from './observability/readiness';
import { healthRoutes, metricsRoutes } from './observability/routes';
import type { ControlPlane, ControlPlaneOptions } from './options';
import { makePrivateFolder } from './durable-file';
import type { KeyFiles } from './key-files';
import { Authority } from './pki/authority';
import { earliestEnd } from './pki/certificates';
import type { ServerTls } from './pki/server-tls';
import { PoolIssuer } from './identity/pool-issuer';
import { alsoTracing } from './observability/run-spans';
import { queueContext } from './queue';
import type { LetGo, QueueContext } from './queue/context';
import { Sweeper } from './queue/sweeper';
import { serve } from './http/server';
import { openBlobs, type BlobKind, type BlobReferences, type Blobs } from './blobs';
import { openKeys, openSecretStore, openTls } from './secret-parts';
import { serveDoors } from './serve-doors';
import type { Store } from './store';
import type { Tracing } from './tracing';
import { States } from './state/states';
import { openWebhooks } from './webhooks';
import { withDefaults } from './with-defaults';

/** How often blobs that nobody needs are looked for. */
const BLOB_SWEEP_MS = 10 * 60_000;

/** How often the database and the blobs are tried at most, for all who ask whether it is ready. */
const CHECK_EVERY_MS = 1_000;

/**
 * What Node.js cuts small buffers from. Each TLS connection keeps a few bytes of one until it ends, and so all of it; Node.js takes
 * 64 KiB.
 */
const BUFFER_POOL_BYTES = 8 * 1024;

/** Starts a control plane on its data folder; everything it acknowledged before is there again. */
export async function startControlPlane(given: ControlPlaneOptions): Promise<ControlPlane> {
  Buffer.poolSize = BUFFER_POOL_BYTES;
  const opened = new Opened();
  try {
    return await start(given, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function start(given: ControlPlaneOptions, opened: Opened): Promise<ControlPlane> {
  const options = withDefaults(given);
  const { dataDir, host, port, mqttPort, metricsPort, proxies, now, logger } = options;
  const clock = { ...systemClock, now };
  makePrivateFolder(dataDir);
  const keys = openKeys(given, options.logger);
  const metrics = new Metrics(now);
  const tracing = opened.add(await openTracing(options));
  const parts = { options, keys, metrics, tracing, clock };
  const { context, blobs, states, rotation } = await openQueue(given, parts, opened);

  const authority = await Authority.open(keys, now);
  const tls = await openTls(given, authority, opened, { clock, logger });
  // The addresses hold ports that are known only once the servers listen; nothing uses them before that.
  const address = { publicUrl: '', mqttUrl: '' };
  const apiKeys = openApiKeys(given, keys, context, () => address.publicUrl);
  const issuer = issuerOf(authority, address, () => [tls?.ca, given.mqttBroker?.ca]);

  const refusals = opened.add(new Refusals(context));
  const limits = connectionLimits({ broker: mqttPort !== null, metrics: metricsPort !== undefined }, logger);
  const { admission, proofs, trail } = openAdmission(options.trustedProxies, limits.https, context, {
    refusals,
    metrics,
  });
  const brokers = opened.add(
    await openBrokers(given, context, { host, port: mqttPort }, { tls, metrics, authority, proofs, limits }),
  );
  const { destinations, deliverer } = openWebhooks(given, context, { observer: metrics.webhooks, address });
  opened.add(deliverer);
  const admin = new AdminService(context, { blobs, states, issuer, apiKeys, destinations });
  let isStopping = false;
  const checks = checksOf(context.store, blobs, () => isStopping);
  const health = healthRoutes(checks);
  const sessions = new WebSessions(context.store, apiKeys, now, trail);
  const callers = { admission, refusals, proofs, apiKeys, sessions, isOpen: options.web === 'open', authority };
  const doors = { context, blobs, states, admin, health, ...callers };
  const { server, gateway } = await serveDoors(doors, { host, port }, { tls, metrics, opened });
  const sources = { store: context.store, checks, dataDir, version: options.version, blobs: blobs.store };
  metrics.watch({
    ...sources,
    mqttConnections: () => brokers.embedded?.openConnections,
    outsideBroker: brokers.outside,
    certificates: () => certificateEnds(tls, authority, given, brokers),
  });
  const observed = metricsRoutes(metrics.registry).route('/', health);
  const metricsServer = await serveMetrics(observed, { host, port: metricsPort }, limits.metrics, opened);
  rotation.start();

  const url = urlOf(host, tls ? 'https' : 'http', server);
  const mqttUrl = mqttUrlOf(brokers, given, tls !== null, localName(host));
  Object.assign(address, publicAddress(given, url, brokers.embedded?.port ?? CONTROL_PLANE_PORT.mqtts));
  deliverer.start();
  const sweeper = options.sweepEveryMs > 0 ? new Sweeper(context, options.sweepEveryMs) : undefined;
  const blobTimer = setInterval(() => void sweepBlobs(blobs, logger), BLOB_SWEEP_MS).unref();
  const metricsUrl = urlOf(host, 'http', metricsServer);
  logger.info(
    { url, mqttUrl, metricsUrl, publicUrl: address.publicUrl, dataDir, ...(proxies.length > 0 && { proxies }) },
    'control plane listens',
  );

  let closed: Promise<void> | undefined;
  const close = async () => {
    isStopping = true;
    await sleep(options.shutdownDelayMs);
    await sweeper?.stop();
    clearInterval(blobTimer);
    // Long polls are answered now; what else is under way gets the grace time.
    context.wakeups.close();
    const drained = Promise.all([server.drain(), brokers.drain(), gateway.drain()]);
    if (!(await endsWithin(drained, options.shutdownGraceMs - options.shutdownDelayMs)))
      logger.warn('requests that were still under way at the end of the grace time are cut off');
    await opened.close();
    logger.info('control plane stopped');
  };
  return {
    url,
    mqttUrl,
    metricsUrl,
    endpoint: address.publicUrl,
    ca: tls?.ca ?? authority.certificatePem,
    apiKey: apiKeys.key,
    admin,
    close: () => (closed ??= close()),
  };
}

/** @param trusted the control plane's authority, and the broker's: without the first a token trusts those that everybody trusts */
function issuerOf(
  authority: Authority,
  address: { readonly publicUrl: string; readonly mqttUrl: string },
  trusted: () => readonly [ours: string | null | undefined, brokers: string | undefined],
): PoolIssuer {
  return new PoolIssuer(authority, () => {
    const [ours, brokers = ''] = trusted();
    const ca = ours ? [ours, brokers].join('\n').trim() : '';
    return { endpoint: address.publicUrl, mqtt: address.mqttUrl, ca };
  });
}

interface BrokerParts {
  readonly tls: ServerTls | null;
  readonly metrics: Metrics;
  readonly authority: Authority;
  readonly proofs: ProofChecks;
  readonly limits: Servers<ConnectionLimits>;
}

function openBrokers(
  { mqttBroker }: ControlPlaneOptions,
  context: QueueContext,
  { host, port }: { readonly host: string; readonly port: number | null },
  { tls, metrics, authority, proofs, limits }: BrokerParts,
): Promise<Brokers> {
  const answered = metrics.mqttAnswered;
  const embedded = port === null ? null : { address: { host, port }, tls, answered, limits: limits.mqtt };
  return Brokers.start(context, { embedded, outside: mqttBroker, observer: metrics.outsideBroker, authority, proofs });
}

function openApiKeys(
  { apiKey: given }: ControlPlaneOptions,
  keys: KeyFiles,
  { store, now }: QueueContext,
  audience: () => string,
): ApiKeys {
  return ApiKeys.open({ keys, given, store, audience, now });
}

interface QueueParts {
  readonly options: ReturnType<typeof withDefaults>;
  readonly keys: KeyFiles;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly clock: Clock;
}

/** The queue on its database and blobs, with what they do counted. */
async function openQueue(given: ControlPlaneOptions, parts: QueueParts, opened: Opened) {
  const { options, keys, metrics, tracing, clock } = parts;
  const { dataDir, logger } = options;
  const secretStore = await openSecretStore(given, keys, opened, { clock, logger, observer: metrics.database });
  const store = tracedStore(measuredStore(secretStore.store, metrics), tracing);
  const surroundings = { references: blobReferences(store), observer: metrics.blobs, clock, logger };
  const opening = await openBlobs(dataDir, options.blobs, surroundings);
  const blobs: Blobs = { ...opening, store: opened.add(measuredBlobs(opening.store, metrics.blobs)) };
  const letGo = ({ kind, id }: LetGo) => void blobs.unused.release(kind, id);
  const observer = tracing.spans === NO_SPANS ? metrics.queue : alsoTracing(metrics.queue, tracing.spans);
  const context = queueContext(store, options, logger, clock, letGo, observer, tracing);
  return { context, blobs, states: new States(context, blobs), rotation: secretStore.rotation };
}

async function serveMetrics(
  app: Hono,
  { host, port }: { readonly host: string; readonly port: number | undefined },
  limits: ConnectionLimits,
  opened: Opened,
) {
  if (port === undefined) return undefined;
  return opened.add(await serve(app, { host, port }, null, new Admission([], undefined, limits)));
}

function checksOf(store: Store, blobs: Blobs, isStopping: () => boolean): ReadinessCheck[] {
  const checks: ReadinessCheck[] = [
    { name: 'database', problem: () => store.ping().then(() => undefined) },
    {
      name: 'blobs',
      problem: async () => {
        const { isUsable, sentence } = await blobs.store.health();
        return isUsable ? undefined : sentence;
      },
    },
  ];
  const running = () => (isStopping() ? 'the control plane was told to stop' : undefined);
  return [{ name: 'running', problem: running }, ...checks.map((check) => noOftenerThan(CHECK_EVERY_MS, check))];
}

async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const ended = await Promise.race([work.then(() => true), over]);
  clearTimeout(timer);
  return ended;
}

/** When each certificate ends that the control plane shows, or that its clients are to trust. */
function certificateEnds(
  tls: ServerTls | null,
  authority: Authority,
  { mqttBroker }: ControlPlaneOptions,
  { outside }: Brokers,
): Record<string, number | undefined> {
  return {
    server: tls?.endsAt,
    server_authority: tls ? earliestEnd(tls.ca) : undefined,
    pool_authority: authority.endsAt,
    broker_authority: earliestEnd(mqttBroker?.ca ?? ''),
    broker_client: earliestEnd(outside?.certificate ?? ''),
  };
}

function blobReferences({ read: { runs, states, modules } }: Store): BlobReferences {
  const named: Record<BlobKind, (ids: readonly string[]) => Promise<Iterable<string>>> = {
    sources: async (ids) => [...(await runs.namedSources(ids)), ...(await modules.namedSources(ids))],
    workspaces: (ids) => runs.namedWorkspaces(ids),
    states: (ids) => states.named(ids),
  };
  return { named: async (kind, ids) => new Set(await named[kind](ids)) };
}

async function sweepBlobs({ unused }: Blobs, logger: Logger): Promise<void> {
  await unused
    .sweep()
    .catch((error: unknown) => logger.error({ err: error }, 'blobs could not be swept; it is tried again'));
}

function mqttUrlOf({ embedded }: Brokers, { mqttBroker }: ControlPlaneOptions, tls: boolean, name: string): string {
  if (embedded) return `${tls ? 'mqtts' : 'mqtt'}://${name}:${embedded.port}`;
  return mqttBroker?.url ?? '';
}

/** Where workers and people reach it, as far as it is not told. */
function publicAddress(given: ControlPlaneOptions, url: string, mqttPort: number) {
  const publicUrl = (given.publicUrl ?? url).replace(/\/+$/, '');
  const { mqttUrl, mqttBroker } = given;
  const usual = `${(given.tls ?? true) ? 'mqtts' : 'mqtt'}://${new URL(publicUrl).hostname}:${mqttPort}`;
  return { publicUrl, mqttUrl: mqttUrl ?? mqttBroker?.clientUrl ?? mqttBroker?.url ?? usual };
}

const urlOf = (host: string, scheme: string, part: { readonly port: number } | undefined): string =>
  part ? `${scheme}://${localName(host)}:${part.port}` : '';

/** How this machine reaches an address that it listens on. */
function localName(host: string): string {
  if (isEveryAddress(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
