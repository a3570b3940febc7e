import type { QueueContext } from '../queue/context';
import { monthOf } from '../queue/month';

export interface Usage {
  /** Milliseconds since the epoch. */
  readonly begins: number;
  readonly ends: number;
  /** How long workers have worked since then, in milliseconds. */
  readonly worked: number;
}

export interface StackCount {
  /** Of the newest tracked run; NONE: there is none. */
  readonly state: string;
  readonly stacks: number;
}

export interface ResourceCount {
  /** Stacks that they are of. */
  readonly stacks: number;
  readonly resources: number;
  /** Those that were changed past their stack. */
  readonly drifted: number;
}

/** In milliseconds. */
export interface Durations {
  readonly average: number;
  readonly median: number;
}

/** What is counted over pools, stacks and runs. */
export class Statistics {
  constructor(private readonly context: QueueContext) {}

  /** Of this calendar month. */
  async usage(): Promise<Usage> {
    const now = this.context.now();
    const { name, begins, ends } = monthOf(now);
    const { statistics } = this.context.store.read;
    const underWay = (await statistics.workSince()).map((since) => Math.max(0, now - Math.max(since, begins)));
    const worked = underWay.reduce((sum, ms) => sum + ms, await statistics.workedIn(name));
    return { begins, ends, worked };
  }

  async stacksByState(): Promise<StackCount[]> {
    const counts = await this.context.store.read.statistics.stacksByState();
    return counts.map(({ state, stacks }) => ({ state: state ?? 'NONE', stacks }));
  }

  /** Of the stacks of which a plan has told how many they have. */
  resources(): Promise<ResourceCount> {
    return this.context.store.read.statistics.resources();
  }

  /** Of the runs that ended last; undefined when none has. */
  async durations(): Promise<Durations | undefined> {
    const all = await this.context.store.read.statistics.durations();
    if (all.length === 0) return undefined;
    const middle = (all.length - 1) / 2;
    return {
      average: all.reduce((sum, ms) => sum + ms, 0) / all.length,
      median: (all[Math.floor(middle)]! + all[Math.ceil(middle)]!) / 2,
    };
  }
}
