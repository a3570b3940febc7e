import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Registry, type Gauge } from 'prom-client';
import { CONTROL_PLANE_METRICS as METRICS } from '../../api/metrics';
import { SESSION_LEASE_MS } from '../../protocol/leases';
import { instrument } from '../../metrics/instrument';
import type { Store } from '../store';
import { looks, type ReadinessCheck } from './readiness';

/** Where the figures come from that are looked at when somebody asks. */
export interface Sources {
  readonly store: Store;
  readonly checks: readonly ReadinessCheck[];
  readonly dataDir: string;
  readonly version: string;
  /** Open connections of the embedded broker; undefined without one. */
  readonly mqttConnections: () => number | undefined;
}

/** The control plane's own metrics. */
export class Metrics {
  readonly registry = new Registry();
  private readonly counters = {
    assignment: instrument(this.registry, METRICS.assignment),
    httpRequests: instrument(this.registry, METRICS.httpRequests),
    mqttRequests: instrument(this.registry, METRICS.mqttRequests),
    transactions: instrument(this.registry, METRICS.transactions),
    transactionDuration: instrument(this.registry, METRICS.transactionDuration),
  };

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  readonly runAssigned = (waitedMs: number): void => this.counters.assignment.observe(Math.max(0, waitedMs) / 1000);

  readonly httpAnswered = (method: string, code: number): void =>
    this.counters.httpRequests.inc({ method, code: String(code) });

  readonly mqttAnswered = (code: string): void => this.counters.mqttRequests.inc({ code });

  readonly transactionEnded = (result: 'committed' | 'refused' | 'failed', seconds: number): void => {
    this.counters.transactions.inc({ result });
    this.counters.transactionDuration.observe(seconds);
  };

  /** Looks at each of these at every scrape. */
  watch({ store, checks, dataDir, version, mqttConnections }: Sources): void {
    const { registry } = this;
    instrument(registry, METRICS.buildInfo).set({ version }, 1);
    collected(registry, METRICS.runs, async (gauge) => {
      for (const { state, n } of await store.read.runs.countByState()) gauge.set({ state }, n);
    });
    collected(registry, METRICS.oldestWaitingRun, async (gauge) => {
      const [since, now] = await Promise.all([store.read.runs.oldestReady(), store.now()]);
      gauge.set(since === undefined ? 0 : Math.max(0, now - since) / 1000);
    });
    collected(registry, METRICS.sessions, async (gauge) => {
      const reading = await store.read.leaseClock.reading();
      const { alive, silent } = await store.read.sessions.countBy(reading - SESSION_LEASE_MS);
      gauge.set({ state: 'alive' }, alive);
      gauge.set({ state: 'silent' }, silent);
    });
    collected(registry, METRICS.ready, async (gauge) => {
      for (const { name, found } of await looks(checks)) gauge.set({ check: name }, found === undefined ? 1 : 0);
    });
    collected(registry, METRICS.freeBytes, async (gauge) => {
      const { bavail, bsize } = await statfs(dataDir);
      gauge.set(bavail * bsize);
    });
    collected(registry, METRICS.mqttConnections, (gauge) => gauge.set(mqttConnections() ?? 0));
  }
}

/** A gauge that shows nothing where it cannot be looked at: the others are shown all the same. */
function collected(
  registry: Registry,
  metric: (typeof METRICS)[keyof typeof METRICS] & { readonly type: 'gauge' },
  look: (gauge: Gauge) => void | Promise<void>,
): void {
  instrument(registry, metric, async function (this: Gauge) {
    this.reset();
    try {
      await look(this);
    } catch {
      this.reset();
    }
  });
}
