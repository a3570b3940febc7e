import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Agent } from 'undici';
import type { Connection } from '../../../../src/cli/api/connection';
import { LoadAdmin } from '../../../support/load/admin';
import { LoadController, type LoadPool } from '../../../support/load/controller';
import { Ledger, type Transport, type Verdict } from '../../../support/load/ledger';
import type { PodLife } from '../../../support/load/pod';
import { atOnce, sleep } from '../../../support/waiting';
import { latencies, type Latencies } from './latencies';
import { connectLean } from './lean-session';
import { Triggers } from './triggers';

export const WORKERS_OF_A_POOL = 10;
/** Made or opened at once. */
const PARALLEL = 16;
/** What has not happened so long after the last trigger is counted as lost. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;

export interface Growth {
  readonly pools: number;
  readonly transport: Transport;
  /** Of each of these pools. */
  readonly stacks: number;
}

export interface Triggering {
  /** Runs in a second, whether or not the control plane keeps up. */
  readonly rate: number;
  readonly runs: number;
}

export interface Finished {
  readonly verdict: Readonly<Record<keyof Verdict, number>>;
  /** What refused calls said. */
  readonly refusals: Readonly<Record<string, number>>;
}

export interface Triggered extends Latencies, Finished {
  readonly runs: number;
  /** From the first trigger until the last run was with its worker, or at its end. */
  readonly seconds: number;
  /** For how long the generator's own event loop was held: the times are those of a client that was late by that. */
  readonly ownLoopP99Ms: number;
}

/** What run Pods do, as the stages of the load want it. */
class Life implements PodLife {
  lifeMs = 0;
  lines = 0;
  readonly batch = 4;
  connections: Agent | undefined;
  begin: () => Promise<void> = () => Promise.resolve();
}

interface Stack {
  readonly name: string;
  /** Has a run that goes no further for now. */
  isHeld: boolean;
}

/** Many pools with ten workers each, and the runs that they carry out. */
export class LoadGenerator {
  private readonly ledger = new Ledger();
  private readonly life = new Life();
  private readonly controllers: LoadController[] = [];
  /** Of each pool. */
  private readonly stacks: Stack[][] = [];
  private readonly admin: LoadAdmin;
  /** Of Pods between two measurements. In a measured one each Pod has its own, as in a cluster. */
  private readonly shared: Agent;
  private letBegin: () => void = () => undefined;

  private constructor(
    folder: string,
    connection: Connection,
    private readonly triggers: Triggers,
  ) {
    this.admin = new LoadAdmin(connection, join(folder, 'credentials'));
    this.shared = new Agent({ connections: PARALLEL, connect: { ca: connection.ca } });
  }

  static async open(folder: string, connection: Connection): Promise<LoadGenerator> {
    return new LoadGenerator(folder, connection, await Triggers.open(connection));
  }

  async grow({ pools, transport, stacks }: Growth): Promise<void> {
    const first = this.stacks.length;
    await atOnce(PARALLEL, Array.from({ length: pools }).keys(), async (index) => {
      const name = `load-${first + index}`;
      const pool = await this.admin.createPool(name);
      await this.openSession(pool, transport);
      const made = Array.from({ length: stacks }, (_, number) => ({ name: `${name}-${number}`, isHeld: false }));
      for (const stack of made) await this.admin.createStack(stack.name, pool);
      this.stacks.push(made);
    });
  }

  private async openSession(pool: LoadPool, transport: Transport): Promise<void> {
    const { ledger, life } = this;
    const lean = transport === 'poll' ? { connect: connectLean } : {};
    const options = { transport, pool, workers: WORKERS_OF_A_POOL, life, ledger, ...lean };
    this.controllers.push(await LoadController.open(options));
  }

  /** Triggers one run of each of so many stacks, and waits until idle workers have them; they go no further. */
  async assign(triggering: Triggering): Promise<Triggered> {
    const free = this.freeStacks();
    if (free.length < triggering.runs) throw new Error(`${triggering.runs} runs need more than ${free.length} stacks`);
    const begin = new Promise<void>((resolve) => (this.letBegin = resolve));
    this.life.begin = () => begin;
    const assigned = () => [...this.ledger.all.values()].filter(({ assignments }) => assignments.length > 0).length;
    const triggered = await this.measured(triggering, free, () => assigned() >= triggering.runs);
    for (const stack of free.slice(0, triggering.runs)) stack.isHeld = true;
    return { ...triggered, verdict: { ...triggered.verdict, lost: triggering.runs - assigned() } };
  }

  /** Brings to their ends what `assign` has left with workers. */
  async finish(): Promise<Finished> {
    Object.assign(this.life, { lines: 0, lifeMs: 0, connections: this.shared });
    this.letBegin();
    await patiently(() => this.ledger.unfinished === 0);
    for (const stack of this.stacks.flat()) stack.isHeld = false;
    return this.finished();
  }

  /** Triggers runs and carries them out, each with a Pod that has connections of its own, logs and reports. */
  carryOut(triggering: Triggering): Promise<Triggered> {
    Object.assign(this.life, { lines: 4, lifeMs: 200, connections: undefined, begin: () => Promise.resolve() });
    return this.measured(triggering, this.freeStacks(), () => this.ledger.unfinished === 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.controllers.map((controller) => controller.close()));
    this.admin.close();
    await Promise.all([this.shared.destroy(), this.triggers.close()]);
  }

  /** Neighbours are of different pools. */
  private freeStacks(): Stack[] {
    const most = Math.max(0, ...this.stacks.map((those) => those.length));
    const inTurn = Array.from({ length: most }, (_, index) => this.stacks.flatMap((those) => those[index] ?? []));
    return inTurn.flat().filter(({ isHeld }) => !isHeld);
  }

  private async measured(
    { rate, runs }: Triggering,
    stacks: readonly Stack[],
    isOver: () => boolean,
  ): Promise<Triggered> {
    this.ledger.forget();
    this.ledger.refusals.clear();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const started = performance.now();
    const triggers: Promise<void>[] = [];
    for (let made = 0; made < runs; made += 1) {
      const early = started + (made * 1000) / rate - performance.now();
      if (early > 1) await sleep(early);
      triggers.push(this.trigger(stacks[made % stacks.length]!));
    }
    await Promise.all(triggers);
    await patiently(isOver);
    const seconds = (performance.now() - started) / 1000;
    delay.disable();
    const ownLoopP99Ms = delay.percentile(99) / 1e6;
    return { runs, seconds, ...latencies(this.ledger.all.values()), ...this.finished(), ownLoopP99Ms };
  }

  private async trigger({ name }: Stack): Promise<void> {
    const sentAt = performance.now();
    try {
      const id = await this.triggers.trigger(name);
      this.ledger.triggered(id, { sentAt, answeredAt: performance.now() });
    } catch (error) {
      this.ledger.refused(error);
    }
  }

  private finished(): Finished {
    return { verdict: this.ledger.counts(), refusals: Object.fromEntries(this.ledger.refusals) };
  }
}

async function patiently(isOver: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!isOver() && performance.now() < until) await sleep(LOOK_EVERY_MS);
}
