import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/controller/worker-pool/decide';
import type { WorkerFact } from '../../../src/controller/worker-pool/decide-scaling';
import type { Action } from '../../../src/controller/worker-pool/snapshot';
import { decide as decideWorker } from '../../../src/controller/worker/decide';
import { snapshot as workerSnapshot } from '../worker/fixtures';
import { started, working } from '../worker/pods';
import { session, snapshot, worker } from './fixtures';

/** A Worker as the control plane and the API server have it. */
interface ModelWorker {
  readonly number: number;
  registered: boolean;
  busy: boolean;
  retiring: boolean;
  retired: boolean;
  deleting: boolean;
  /** When the pool asked the control plane to retire it, and when the Worker's own pass did. */
  askedAt?: number;
  askedByItselfAt?: number;
  /** Runs that it was given. */
  runs: number;
}

/** The pool's passes, the Workers' own, and the control plane, reduced to what decides about a Worker's life. */
class Model {
  now = 1_000_000;
  /** The next run comes in the moment in which the one before ends. */
  runsWait = false;
  private next: number;

  constructor(
    readonly workers: ModelWorker[],
    public wanted: number,
  ) {
    this.next = workers.length + 1;
  }

  /** One pass. `assignBefore` are Workers that get a run after the pass looked and before it acts. */
  pass(assignBefore: ReadonlySet<number>): readonly Action[] {
    const { actions } = decide(
      snapshot({
        now: this.now,
        specSize: this.wanted,
        session: session({ nextSyncAt: this.now + 1 }),
        workers: this.workers.map(factOf),
      }),
    );
    this.assign(assignBefore);
    for (const action of actions) this.carryOut(action);
    return actions;
  }

  /** The control plane gives runs to idle Workers that it may use. */
  assign(numbers: ReadonlySet<number>): void {
    for (const each of this.workers) {
      if (numbers.has(each.number) && !each.busy) this.give(each);
    }
  }

  private give(each: ModelWorker): void {
    if (!each.registered || each.retiring || each.retired) return;
    each.busy = true;
    each.runs += 1;
  }

  /** The control plane frees the Worker, removes it where it was asked to, and gives it the next run otherwise. */
  finishRuns(numbers?: ReadonlySet<number>): void {
    for (const each of this.workers) {
      if (!each.busy || (numbers && !numbers.has(each.number))) continue;
      each.busy = false;
      if (each.retiring) Object.assign(each, { retiring: false, retired: true });
      else if (this.runsWait) this.give(each);
    }
  }

  /** Somebody deletes the objects; finalizers keep them. */
  deleteWorkers(numbers: ReadonlySet<number>): void {
    for (const each of this.workers) if (numbers.has(each.number)) each.deleting = true;
  }

  /** The Workers' own passes, as they really decide. */
  reap(): void {
    for (const each of [...this.workers]) {
      for (const { type } of decideWorker(this.workerFacts(each)).actions) {
        if (type === 'retire') {
          each.askedByItselfAt = this.now;
          this.retire(each);
        } else if (type === 'removeFinalizer') {
          expect(each).toMatchObject({ busy: false, retired: true });
          this.workers.splice(this.workers.indexOf(each), 1);
        }
      }
    }
  }

  private workerFacts(each: ModelWorker): ReturnType<typeof workerSnapshot> {
    return workerSnapshot({
      now: this.now,
      retired: each.retired,
      view: { retiring: each.retiring, removed: each.retired },
      memory: { ...(each.askedByItselfAt !== undefined && { retireAskedAt: each.askedByItselfAt }) },
      ...(each.deleting && { deleted: new Date(this.now).toISOString() }),
      ...(each.busy && { assignment: started, pods: [working] }),
    });
  }

  private retire(each: ModelWorker): void {
    if (each.busy) each.retiring = true;
    else Object.assign(each, { retiring: false, retired: true });
  }

  private carryOut(action: Action): void {
    if (action.type === 'createWorkers') {
      for (let made = 0; made < action.count; made += 1) this.workers.push(idle(this.next++));
      return;
    }
    if (!('workers' in action)) throw new Error(`a connected, synced pool has no use for ${action.type}`);
    for (const each of this.workers.filter(({ number }) => action.workers.some(({ uid }) => uid === `uid-${number}`))) {
      if (action.type === 'registerWorkers') each.registered = true;
      else if (action.type === 'retireWorkers') {
        each.askedAt = this.now;
        this.retire(each);
      } else {
        expect(each).toMatchObject({ busy: false, retired: true });
        each.deleting = true;
      }
    }
  }
}

const idle = (number: number): ModelWorker => ({
  number,
  registered: true,
  busy: false,
  retiring: false,
  retired: false,
  deleting: false,
  runs: 0,
});

const factOf = ({ number, runs: _, askedByItselfAt: __, ...facts }: ModelWorker): WorkerFact =>
  worker(number, { ...facts, livePod: facts.busy });

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 20 })).map((list) => new Set(list));

const anyWorkers = fc
  .array(
    fc.record({
      registered: fc.boolean(),
      busy: fc.boolean(),
      retiring: fc.boolean(),
      retired: fc.boolean(),
      deleting: fc.boolean(),
    }),
    { maxLength: 10 },
  )
  .map((list) =>
    list.map((facts, index): ModelWorker => {
      // The control plane retires no Worker with a run, and knows the ones that have one.
      const busy = facts.busy && !facts.retired;
      const retiring = facts.retiring && !facts.retired;
      return { ...facts, number: index + 1, runs: 0, busy, retiring, registered: facts.registered || busy || retiring };
    }),
  );

const step = fc.record({
  wanted: fc.integer({ min: 0, max: 12 }),
  assign: numbers,
  finish: numbers,
  remove: numbers,
  seconds: fc.integer({ min: 0, max: 90 }),
});

it('from any state and through any race, Workers converge to poolSize, a busy one is never let go, and a deleted one gets no further run (invariants 2, 4)', () => {
  fc.assert(
    fc.property(
      anyWorkers,
      fc.array(step, { maxLength: 8 }),
      fc.integer({ min: 0, max: 12 }),
      fc.boolean(),
      (workers, steps, wanted, runsWait) => {
        const model = new Model(workers, wanted);
        model.runsWait = runsWait;
        model.reap();
        for (const each of steps) {
          model.wanted = each.wanted;
          model.deleteWorkers(each.remove);
          model.reap();
          const leaving = new Map(model.workers.filter(({ deleting }) => deleting).map((one) => [one, one.runs]));
          model.pass(each.assign);
          model.finishRuns(each.finish);
          for (const [one, runs] of leaving) expect(one.runs).toBe(runs);
          model.reap();
          model.now += each.seconds * 1000;
        }
        model.wanted = wanted;
        for (let pass = 0; pass < 8; pass += 1) {
          model.pass(new Set());
          model.finishRuns();
          model.reap();
          model.now += 1000;
        }
        expect(model.workers).toHaveLength(wanted);
        expect(model.workers.every(({ registered, retiring, retired }) => registered && !retiring && !retired)).toBe(
          true,
        );
        expect(model.pass(new Set())).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

it('drains in steps: idle Workers go at once, a busy one after its run, and growing again makes new ones', () => {
  const model = new Model([1, 2, 3].map(idle), 3);
  model.assign(new Set([1]));
  model.wanted = 0;
  model.pass(new Set());
  model.pass(new Set());
  model.reap();
  expect(model.workers).toMatchObject([{ number: 1, busy: true, retiring: true, deleting: false }]);

  model.wanted = 2;
  model.pass(new Set());
  expect(model.workers.map(({ number }) => number)).toEqual([1, 4, 5]);

  model.finishRuns();
  model.now += 1000;
  model.pass(new Set());
  model.pass(new Set());
  model.reap();
  expect(model.workers.map(({ number }) => number)).toEqual([4, 5]);
});
