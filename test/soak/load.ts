import { randomUUID } from 'node:crypto';
import { CONFIRM_RUN, DISCARD_RUN, DRAIN_WORKER, POOLS, STOP_RUN, WORKERS } from '../../src/cli/api/documents';
import { createTask, triggerRun, type NewRun } from '../../src/cli/api/operations';
import { DEMO } from '../../src/cli/demo/settings';
import type { Run } from '../e2e/installation';
import { POOL_SIZE, type NodeLab } from '../chaos/labs/node/lab';
import type { Asked, Books, Entry } from './books';
import type { Dice } from './options';
import { insist, pause } from './insist';

/** So many runs are under way or wait for a Worker at most. */
const AT_ONCE = 5;
/** What is asked for, as often as it stands here. */
const ASKED: readonly Asked[] = [
  ...(['tracked', 'tracked', 'tracked', 'confirmed', 'discarded'] as const),
  ...(['proposed', 'proposed', 'task', 'task', 'destroy', 'stopped'] as const),
];

/** Asks for runs of all kinds, scales the pool and drains Workers, until it is stopped. */
export class Load {
  /** What goes on by itself after a run was asked for: a confirmation, a stop. */
  private readonly followUps: Promise<void>[] = [];

  constructor(
    private readonly lab: NodeLab,
    private readonly books: Books,
    private readonly dice: Dice,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    for (let turn = 1; !this.signal.aborted; turn++) {
      await pause(this.dice.between(1, 4), this.signal);
      if (turn % 8 === 0) await this.scale();
      if (turn % 13 === 0) this.followUps.push(this.drainOne());
      if (await this.hasRoom()) await this.askOnce();
    }
    await Promise.all(this.followUps);
    await insist(() => this.lab.installation.scaleTo(POOL_SIZE));
  }

  private async hasRoom(): Promise<boolean> {
    const open = await insist(() => this.books.open());
    return open.length < AT_ONCE && !this.signal.aborted;
  }

  private async askOnce(): Promise<void> {
    const asked = this.dice.of(ASKED);
    const seconds = this.dice.between(3, 15);
    if (asked === 'task') return this.task(seconds);
    if (asked === 'destroy') return this.destroy();
    const stack = await insist(() => this.lab.stack(seconds, asked === 'tracked' || asked === 'stopped'));
    const entry = await this.trigger(asked, stack, { type: asked === 'proposed' ? 'proposed' : 'tracked' });
    if (asked === 'confirmed' || asked === 'discarded') this.followUps.push(this.answer(entry));
    if (asked === 'stopped') this.followUps.push(this.stop(entry, this.dice.between(1, 20)));
  }

  /** A command that writes into the ledger what a change of a stack would. */
  private async task(seconds: number): Promise<void> {
    const stack = await insist(() => this.lab.stack(1, true));
    const ledger = this.lab.ledger.pathOf(stack);
    const command = `echo begun >>${ledger}; sleep ${seconds}; echo made >>${ledger}`;
    const key = randomUUID();
    const task = { command, skipInitialization: true, idempotencyKey: key };
    const { id } = await insist(() => createTask(this.lab.installation.demo.client, stack, task));
    this.books.add({ id, asked: 'task', stack });
  }

  /** Takes back what a run before has made; where none has, there is nothing to take back, which is a success, too. */
  private async destroy(): Promise<void> {
    const made = this.books.entries.filter(
      ({ asked, stack }) => asked === 'tracked' && this.lab.ledger.of(stack).made === 1,
    );
    const taken = this.books.entries.filter(({ asked }) => asked === 'destroy').map(({ stack }) => stack);
    const left = made.filter(({ stack, broken }) => !taken.includes(stack) && broken === undefined);
    if (left.length > 0) await this.trigger('destroy', this.dice.of(left).stack, { type: 'destroy', autoDeploy: true });
  }

  private async trigger(asked: Asked, stack: string, run: NewRun): Promise<Entry> {
    const options = { ...run, idempotencyKey: randomUUID() };
    const { id } = await insist(() => triggerRun(this.lab.installation.demo.client, stack, options));
    return this.books.add({ id, asked, stack });
  }

  private async answer({ id, asked }: Entry): Promise<void> {
    const { client } = this.lab.installation.demo;
    await insist(async () => {
      const run = await this.lab.installation.run(id);
      if (run.finished) return;
      if (run.state !== 'UNCONFIRMED') throw new Error('not yet');
      await client.query(asked === 'confirmed' ? CONFIRM_RUN : DISCARD_RUN, { id });
    });
  }

  private async stop({ id }: Entry, afterSeconds: number): Promise<void> {
    await pause(afterSeconds, this.signal);
    await insist(async () => {
      const { finished }: Run = await this.lab.installation.run(id);
      if (!finished) await this.lab.installation.demo.client.query(STOP_RUN, { id });
    });
  }

  private async scale(): Promise<void> {
    const size = this.dice.between(2, POOL_SIZE + 1);
    await insist(() => this.lab.installation.scaleTo(size));
  }

  /** Drains a Worker at the control plane, and lets it work again after a while. */
  private async drainOne(): Promise<void> {
    const { client } = this.lab.installation.demo;
    const { workerPools } = await insist(() => client.query(POOLS));
    const pool = workerPools.find(({ name }) => name === DEMO.pool.name)?.id ?? '';
    const { workerPool } = await insist(() => client.query(WORKERS, { id: pool }));
    const workers = workerPool?.workers ?? [];
    if (workers.length === 0) return;
    const { id } = this.dice.of(workers);
    const set = (drain: boolean) => client.query(DRAIN_WORKER, { pool, id, drain });
    // A Worker may go meanwhile, because the pool is scaled.
    const drained = await set(true).catch(() => undefined);
    if (!drained) return;
    await pause(20, this.signal);
    await insist(() =>
      set(false).catch(async (error: unknown) => {
        const now = await client.query(WORKERS, { id: pool });
        if (now.workerPool?.workers.some((worker) => worker.id === id)) throw error;
      }),
    );
  }
}
