import { statfs } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { CONTROL_PLANE_METRICS as METRICS } from '../../api/control-plane-metrics';
import { instrument } from '../../metrics/instrument';
import { RUN_LEASE_MS, SESSION_LEASE_MS } from '../../protocol/leases';
import type { BlobStore } from '../blobs';
import type { Store } from '../store';
import type { LeaseCount } from '../store/lease-clock';
import { collected, collectedNumber } from './collected';
import { looks, type ReadinessCheck } from './readiness';

/** Where the figures come from that are looked at when somebody asks. */
export interface Sources {
  readonly store: Store;
  readonly checks: readonly ReadinessCheck[];
  readonly dataDir: string;
  readonly version: string;
  readonly blobs: Pick<BlobStore, 'health'>;
  /** Open connections of the embedded broker; undefined without one. */
  readonly mqttConnections: () => number | undefined;
  /** Undefined without a broker outside. */
  readonly outsideBroker: { readonly isConnected: boolean; readonly waitingBytes: number } | undefined;
  /** When each certificate ends, in milliseconds since the epoch, as far as there is one. */
  readonly certificates: () => Readonly<Record<string, number | undefined>>;
}

/** A lease is near its end when so much of it is left. */
const ENDING = 1 / 3;

/** Looks at each of these at every scrape. */
export function watchGauges(registry: Registry, sources: Sources): void {
  instrument(registry, METRICS.buildInfo).set({ version: sources.version }, 1);
  // First, before the others read: they are not to count themselves.
  watchDatabase(registry, sources.store);
  watchQueue(registry, sources.store);
  watchLeases(registry, sources.store);
  watchWebhooks(registry, sources.store);
  watchProcess(registry, sources);
  watchBroker(registry, sources);
}

function watchQueue(registry: Registry, store: Store): void {
  collected(registry, METRICS.runs, async (gauge) => {
    for (const { state, n } of await store.read.statistics.runsByState()) gauge.set({ state }, n);
  });
  collected(registry, METRICS.oldestWaitingRun, async (gauge) => {
    const [since, now] = await Promise.all([store.read.statistics.waitingSince(), store.now()]);
    gauge.set(since === undefined ? 0 : Math.max(0, now - since) / 1000);
  });
  collected(registry, METRICS.sessions, async (gauge) => {
    const reading = await store.read.leaseClock.reading();
    const { alive, silent } = await store.read.sessions.countBy(reading - SESSION_LEASE_MS);
    gauge.set({ state: 'alive' }, alive);
    gauge.set({ state: 'silent' }, silent);
  });
}

function watchWebhooks(registry: Registry, store: Store): void {
  collected(registry, METRICS.webhookWaiting, async (gauge) => gauge.set((await store.read.webhooks.waiting()).count));
  collected(registry, METRICS.webhookOldest, async (gauge) => {
    const [{ since }, now] = await Promise.all([store.read.webhooks.waiting(), store.now()]);
    gauge.set(since === undefined ? 0 : Math.max(0, now - since) / 1000);
  });
  collected(registry, METRICS.webhooksPaused, async (gauge) => gauge.set((await store.read.webhooks.waiting()).paused));
}

function watchLeases(registry: Registry, store: Store): void {
  const { leaseClock, sessions, assignments } = store.read;
  const endingBefore = (reading: number, leaseMs: number) => reading - Math.round(leaseMs * (1 - ENDING));
  const leases: Readonly<Record<string, (reading: number) => Promise<LeaseCount>>> = {
    session: (reading) => sessions.leases(reading - SESSION_LEASE_MS, endingBefore(reading, SESSION_LEASE_MS)),
    run: (reading) => assignments.leases(endingBefore(reading, RUN_LEASE_MS)),
  };
  const show = (metric: Parameters<typeof collected>[1], figure: (count: LeaseCount, reading: number) => number) =>
    collected(registry, metric, async (gauge) => {
      const reading = await leaseClock.reading();
      for (const [holder, look] of Object.entries(leases)) gauge.set({ holder }, figure(await look(reading), reading));
    });
  show(METRICS.leases, ({ all }) => all);
  show(METRICS.leasesEnding, ({ heardBefore }) => heardBefore);
  show(METRICS.oldestLease, ({ oldest }, reading) => (oldest === null ? 0 : Math.max(0, reading - oldest) / 1000));
}

function watchDatabase(registry: Registry, store: Store): void {
  collected(registry, METRICS.databaseConnections, (gauge) => {
    for (const { pool, used, idle } of store.load()) {
      gauge.set({ pool, state: 'used' }, used);
      gauge.set({ pool, state: 'idle' }, idle);
    }
  });
  collected(registry, METRICS.databaseWaiting, (gauge) => {
    for (const { pool, waiting } of store.load()) gauge.set({ pool }, waiting);
  });
}

function watchProcess(registry: Registry, { checks, dataDir, blobs, certificates }: Sources): void {
  collected(registry, METRICS.ready, async (gauge) => {
    for (const { name, found } of await looks(checks)) gauge.set({ check: name }, found === undefined ? 1 : 0);
  });
  collected(registry, METRICS.freeBytes, async (gauge) => {
    const { bavail, bsize } = await statfs(dataDir);
    gauge.set(bavail * bsize);
  });
  collected(registry, METRICS.takesUploads, async (gauge) => gauge.set((await blobs.health()).takesUploads ? 1 : 0));
  collected(registry, METRICS.certificateEnds, (gauge) => {
    for (const [certificate, end] of Object.entries(certificates())) {
      if (end !== undefined) gauge.set({ certificate }, end / 1000);
    }
  });
}

function watchBroker(registry: Registry, { mqttConnections, outsideBroker }: Sources): void {
  collected(registry, METRICS.mqttConnections, (gauge) => gauge.set(mqttConnections() ?? 0));
  collectedNumber(registry, METRICS.brokerConnected, () => outsideBroker && Number(outsideBroker.isConnected));
  collectedNumber(registry, METRICS.brokerWaitingBytes, () => outsideBroker?.waitingBytes);
}
