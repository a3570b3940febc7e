import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../../../src/local-cluster';
import { task } from '../../../../src/local-cluster/progress';
import { secondsOf, sleep } from '../../../support/waiting';
import { thisMachine } from '../../measures';
import { WORKERS_OF_A_POOL, type Finished, type Triggered } from './generator';
import { GeneratorProcess } from './generator-process';
import { Scraped } from './metrics';
import { lostAt, type Cost, type Idle, type LoadReport, type Sample, type Size } from './report';
import { openSite, type Cpu, type MeasuredSite, type SiteName } from './site';
import { countStatements } from './statements';

/** Before what was set up is measured. */
const SETTLE_MS = 3_000;
/** Workers of the first two sizes; the third has them all. */
const SMALLER_SIZES = [100, 1_000];
/** Of those with few workers: so many runs in all, a part of the workers at a time. */
const RUNS_OF_SMALLER = 400;
/** Of the ten workers of a pool: the others carry out runs meanwhile, or would. */
const ASSIGNED_OF_A_POOL = 5;
const WARM_UP_POOLS = 10;
const WARM_UP_ROUNDS = 4;
/** Ends whatever it is at. */
const DEADLINE_MS = 15 * 60_000;

export interface LoadOptions {
  /** Path of the control plane's bundle. */
  readonly bundle: string;
  readonly site: SiteName;
  /** Pools of ten workers at the end, over HTTP. */
  readonly pools: number;
  /** Pools of ten workers at the end, over MQTT. */
  readonly mqttPools: number;
  /** Assignments in a second, and for how long, with all the workers. */
  readonly rate: number;
  readonly seconds: number;
  /** Whole runs in a second, and how many, at each size of the fleet. */
  readonly runRate: number;
  readonly runs: number;
  readonly idleSeconds: number;
  /** Flags of Node for the control plane, beside those of its image. */
  readonly nodeFlags: readonly string[];
}

/** A control plane with a fleet that grows; ends all that it started, also when `signal` ends it early. */
export async function runLoad(options: LoadOptions, progress: Progress, signal: AbortSignal): Promise<LoadReport> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-bench-'));
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const ending = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const ended = new Promise<never>((_, reject) => {
    ending.addEventListener('abort', () => reject(new Error('ended before it was finished')));
  });
  ended.catch(() => undefined);
  try {
    const statements = await task(progress, 'counting the statements of a run', undefined, () =>
      countStatements(options.site),
    );
    const bench = await task(progress, 'starting the control plane', undefined, () =>
      Bench.open(options, folder, closers),
    );
    const sizes = await Promise.race([bench.measure(progress), ended, ...bench.broken]);
    const { site, pools, mqttPools, rate, runRate } = options;
    return { machine: thisMachine(), settings: { site, pools, mqttPools, rate, runRate }, statements, sizes };
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

class Bench {
  private pools = 0;
  /** Runs that each pool has at once when all the workers are there. */
  private readonly atOnce: number;

  private constructor(
    private readonly options: LoadOptions,
    private readonly site: MeasuredSite,
    private readonly generator: GeneratorProcess,
  ) {
    const { pools, mqttPools, rate, seconds } = options;
    this.atOnce = Math.ceil((rate * seconds) / (pools + mqttPools));
    if (this.atOnce >= WORKERS_OF_A_POOL) {
      throw new Error(
        `${rate * seconds} assignments need more than ${pools + mqttPools} pools of ${WORKERS_OF_A_POOL}`,
      );
    }
  }

  static async open(options: LoadOptions, folder: string, closers: (() => unknown)[]): Promise<Bench> {
    const site = await openSite(options.site, { folder, bundle: options.bundle, nodeFlags: options.nodeFlags });
    closers.push(() => site.close());
    const generator = await GeneratorProcess.start(folder, site.connection);
    closers.push(() => generator.stop());
    return new Bench(options, site, generator);
  }

  /** Reject when a control plane ends by itself. */
  get broken(): Promise<never>[] {
    return this.site.replicas.map(({ ended }) => ended);
  }

  async measure(progress: Progress): Promise<Size[]> {
    const { pools, mqttPools, rate, seconds } = this.options;
    const sizes: Size[] = [];
    await task(progress, 'warming up', undefined, () => this.warmUp());
    for (const workers of SMALLER_SIZES.filter((count) => count < pools * WORKERS_OF_A_POOL)) {
      sizes.push(await this.size(progress, { poll: workers / WORKERS_OF_A_POOL, mqtt: 0 }, RUNS_OF_SMALLER));
      // What is stuck would spoil all that follows.
      if (lostAt(sizes.at(-1)!) > 0) return sizes;
    }
    sizes.push(await this.size(progress, { poll: pools, mqtt: mqttPools }, rate * seconds));
    return sizes;
  }

  /** What is compiled only once it is used often would be counted to the first size. */
  private async warmUp(): Promise<void> {
    const { rate, runRate } = this.options;
    await this.grow(WARM_UP_POOLS, 0);
    const runs = WARM_UP_POOLS * ASSIGNED_OF_A_POOL;
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
      await this.generator.assign({ rate, runs });
      await this.generator.finish();
    }
    await this.generator.carryOut({ rate: runRate, runs });
  }

  /** Grows the fleet to so many pools, and measures it. */
  private async size(progress: Progress, pools: { poll: number; mqtt: number }, runs: number): Promise<Size> {
    const { idleSeconds, runRate } = this.options;
    const workers = (pools.poll + pools.mqtt) * WORKERS_OF_A_POOL;
    const step = <T>(what: string, work: () => Promise<T>): Promise<T> =>
      task(progress, `${workers} workers: ${what}`, undefined, work);
    const setUpSeconds = await step('opening pools, sessions and stacks', () =>
      secondsOf(() => this.grow(pools.poll - this.pools, pools.mqtt)),
    );
    const idle = await step(`listening for ${idleSeconds} s`, () => this.listen(idleSeconds));
    const isLast = pools.poll === this.options.pools;
    const assigning = await step(`assigning ${runs} runs`, () => this.assign(runs, workers, isLast));
    const whole = await step(`carrying out ${this.options.runs} runs`, () =>
      this.sample(() => this.generator.carryOut({ rate: runRate, runs: this.options.runs })),
    );
    return { pools: pools.poll + pools.mqtt, workers, setUpSeconds, idle, assigning, whole: [whole] };
  }

  /** Each pool gets a stack for each of its runs at once, and one for whole runs beside them. */
  private async grow(poll: number, mqtt: number): Promise<void> {
    // Those who warm up, too, are given out in parts.
    const isInParts = this.pools === 0 || this.pools + poll < this.options.pools;
    const stacks = 1 + (isInParts ? Math.max(this.atOnce, ASSIGNED_OF_A_POOL) : this.atOnce);
    await this.generator.grow({ pools: poll, transport: 'poll', stacks });
    await this.generator.grow({ pools: mqtt, transport: 'mqtt', stacks });
    this.pools += poll;
    await sleep(SETTLE_MS);
  }

  /** In parts, as the workers suffice; with the whole fleet all at once, and the workers keep their runs. */
  private async assign(runs: number, workers: number, isLast: boolean): Promise<Sample[]> {
    const { rate } = this.options;
    const atOnce = isLast ? runs : Math.min(runs, (workers / WORKERS_OF_A_POOL) * ASSIGNED_OF_A_POOL);
    const samples: Sample[] = [];
    for (let left = runs; left > 0; left -= atOnce) {
      const sample = await this.sample(() => this.generator.assign({ rate, runs: Math.min(left, atOnce) }));
      samples.push(isLast ? sample : withEnd(sample, await this.generator.finish()));
    }
    return samples;
  }

  private async listen(seconds: number): Promise<Idle> {
    const before = await this.look();
    await sleep(seconds * 1000);
    const cost = costBetween(before, await this.look());
    return { seconds, ...cost };
  }

  private async sample(work: () => Promise<Triggered>): Promise<Sample> {
    const before = await this.look();
    const triggered = await work();
    return { ...triggered, ...costBetween(before, await this.look()) };
  }

  /** Each look resets what a process knows of its event loop. */
  private async look(): Promise<Look> {
    const { replicas, cpu } = this.site;
    const scraped = await Promise.all(replicas.map(({ metricsUrl }) => Scraped.from(metricsUrl)));
    const usages = replicas.map((replica) => replica.usage());
    return {
      cpu: { ...cpu(), generator: this.generator.cpuSeconds },
      transactions: scraped.reduce((sum, { transactions }) => sum + transactions, 0),
      loopHeldMs: Math.max(...scraped.map(({ loopHeldMs }) => loopHeldMs)),
      loopP99Ms: Math.max(...scraped.map(({ loopP99Ms }) => loopP99Ms)),
      residentMiB: Math.max(...usages.map(({ residentMiB }) => residentMiB)),
      peakMiB: Math.max(...usages.map(({ peakMiB }) => peakMiB ?? 0)) || null,
    };
  }
}

type Look = Cost;

function costBetween(before: Look, after: Look): Cost {
  const spent = (part: keyof Cpu): number | null => {
    const [from, to] = [before.cpu[part], after.cpu[part]];
    return from === null || to === null ? null : to - from;
  };
  const cpu = {
    controlPlane: spent('controlPlane'),
    database: spent('database'),
    broker: spent('broker'),
    generator: spent('generator'),
  };
  return { ...after, cpu, transactions: after.transactions - before.transactions };
}

/** What was left with workers has come to its end since. */
function withEnd(sample: Sample, { verdict, refusals }: Finished): Sample {
  return {
    ...sample,
    verdict: { ...verdict, lost: Math.max(sample.verdict.lost, verdict.lost) },
    refusals: { ...sample.refusals, ...refusals },
  };
}
