import { setTimeout as sleep } from 'node:timers/promises';
import { CONTROLLER_METRICS } from '../../src/api/metrics';
import { isBusy, isLive } from './look';
import type { NodeLab } from '../chaos/labs/node/lab';

/** A cache is compared with what is live when nothing has changed while both were read; a busy node needs some attempts. */
const ATTEMPTS = 20;
const AGAIN_MS = 500;

/** What an audit has compared. */
export interface Audited {
  /** Whether what is live stood still for long enough to be compared. */
  readonly compared: boolean;
  /** What the controller's cache has otherwise than the cluster, a sentence each. */
  readonly differences: readonly string[];
  /** Pods without a run and BUSY Workers without a Pod, by a word that stays the same from audit to audit. */
  readonly suspects: ReadonlySet<string>;
}

interface Live {
  readonly workers: number;
  readonly idle: number;
  readonly pods: number;
  readonly versions: string;
}

/** Compares the caches of the controller, which its metrics count, with the cluster, and the cluster with the control plane. */
export class Auditor {
  private suspects: ReadonlySet<string> = new Set();
  /** What two audits in a row have found: it is no moment between two events. */
  readonly ghosts = new Set<string>();
  readonly differences: string[] = [];
  compared = 0;
  made = 0;

  constructor(private readonly lab: NodeLab) {}

  async audit(): Promise<void> {
    const { compared, differences, suspects } = await this.look();
    this.made += 1;
    if (compared) this.compared += 1;
    this.differences.push(...differences);
    for (const suspect of suspects) if (this.suspects.has(suspect)) this.ghosts.add(suspect);
    this.suspects = suspects;
  }

  private async look(): Promise<Audited> {
    const suspects = await this.ghostly();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.live();
      const metrics = await this.lab.parts.controllerMetrics().catch(() => undefined);
      const after = await this.live();
      if (metrics !== undefined && before.versions === after.versions) {
        const differences = compare(after, metrics);
        // The watch may be a moment behind; what it has not told then, it never tells.
        if (differences.length === 0 || attempt === ATTEMPTS - 1) return { compared: true, differences, suspects };
      }
      await sleep(AGAIN_MS);
    }
    return { compared: false, differences: [], suspects };
  }

  private async live(): Promise<Live> {
    const [workers, pods] = await Promise.all([this.lab.installation.workers(), this.lab.runPods()]);
    const versions = [...workers, ...pods].map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`);
    return {
      workers: workers.length,
      idle: workers.filter(({ status }) => (status?.currentRunID ?? '') === '').length,
      pods: pods.length,
      versions: versions.sort().join('\n'),
    };
  }

  /** Workers that are busy with what has ended, and Pods that work for what has ended. */
  private async ghostly(): Promise<ReadonlySet<string>> {
    const { installation } = this.lab;
    const [workers, pods] = await Promise.all([installation.workers(), this.lab.runPods()]);
    const ofRun = (id: string) => installation.run(id).catch(() => undefined);
    const found = new Set<string>();
    for (const { metadata, status } of workers.filter(isBusy)) {
      const id = status?.currentRunID ?? '';
      const hasPod = pods.some((pod) => isLive(pod) && pod.metadata.name.startsWith(id.toLowerCase()));
      if (!hasPod && (await ofRun(id))?.finished)
        found.add(`Worker ${metadata.name} is busy with ${id}, which is over`);
    }
    for (const pod of pods.filter(isLive)) {
      const id = pod.metadata.labels?.['workers.spacelift.io/run-id'] ?? '';
      if ((await ofRun(id))?.finished) found.add(`Pod ${pod.metadata.name} works for a run that is over`);
    }
    return found;
  }
}

type Pair = readonly [what: string, cached: number, actual: number];

const {
  workers: { name: WORKERS },
  idleWorkers: { name: IDLE_WORKERS },
} = CONTROLLER_METRICS;

function compare(live: Live, metrics: string): string[] {
  const value = (name: string, ...labels: readonly string[]): number => metric(metrics, name, labels);
  // A pool has its own while it has a session.
  const hasSession = new RegExp(`^${WORKERS}\\{`, 'm').test(metrics);
  const ofPool: readonly Pair[] = [
    ['Workers of the pool', value(WORKERS), live.workers],
    ['Workers of the pool without a run', value(IDLE_WORKERS), live.idle],
  ];
  const pairs: readonly Pair[] = [
    ['Workers in the cache', value('reflector_items', 'resource="workers"'), live.workers],
    ['Pods in the cache', value('reflector_items', 'resource="pods"'), live.pods],
    ['objects that the reflectors had to repair', value('reflector_repaired_total'), 0],
    ...(hasSession ? ofPool : []),
  ];
  return pairs.flatMap(([what, cached, actual]) =>
    cached === actual ? [] : [`${what}: the controller says ${cached}, the cluster ${actual}`],
  );
}

/** The sum of a metric's samples that have the labels. */
export function metric(text: string, name: string, labels: readonly string[] = []): number {
  const samples = text.split('\n').filter((line) => new RegExp(`^${name}(\\{| )`).test(line));
  const wanted = samples.filter((line) => labels.every((label) => line.includes(label)));
  return wanted.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
