import { checkLogs, unrest } from './invariants/end';
import { Ledger } from './invariants/ledger';
import type { Violation } from './invariants/violation';
import type { Deed, Schedule } from './schedule';
import { Deeds } from './world/deeds';
import { StuckError } from './world/scheduler';
import type { Template } from './world/template';
import type { Entry } from './world/timeline';
import { World } from './world/world';

/** What became of a schedule. */
export interface Outcome {
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly deeds: Readonly<Partial<Record<Deed['do'], number>>>;
  readonly runs: { readonly asked: number; readonly finished: number; readonly lost: number; readonly doubled: number };
  /** Virtual milliseconds until everything had come to rest. */
  readonly lastedMs: number;
  /** Kept only where that was asked for. */
  readonly timeline: readonly Entry[];
}

/** When everything goes wrong, that ends: runs are given up after ten minutes, Pods after seventy. */
const PATIENCE_MS = 100 * 60_000;
const LOOK_MS = 5_000;
/** A person who comes by now and then. */
const PERSON_MS = 20_000;
/** How long a lost run may hold its stack until somebody says that its Pod is gone. */
const HOLDS_MS = 15 * 60_000;

/** Carries out a schedule from its beginning to the end of everything in it. */
export async function simulate(template: Template, schedule: Schedule, isKept = false): Promise<Outcome> {
  const { database, credentials } = template;
  const secrets = credentials.map(({ privateKeyPem }) => privateKeyPem.split('\n')[1]!);
  const ledger = new Ledger(database, secrets);
  const world = new World(template, schedule, ledger, isKept);
  const deeds = new Deeds(world, ledger);
  database.fateOf = () => 'durable';
  database.onCommit = () => ledger.committed();
  world.api.onChange((change) => ledger.apiChanged(change));
  world.onLogs = (entries) => ledger.logsTaken(entries);
  const unexpected = (error: unknown) =>
    ledger.broken('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
  const done: Partial<Record<Deed['do'], number>> = {};
  const { scheduler } = world;
  world.install();
  let endsAt = 0;
  for (const { at, deed } of schedule.steps) {
    endsAt = Math.max(endsAt, at, at + lengthOf(deed));
    scheduler.at(at, () => {
      done[deed.do] = (done[deed.do] ?? 0) + 1;
      deeds.perform(deed).catch(unexpected);
    });
  }
  const onRejection = (error: unknown) => unexpected(error);
  process.on('unhandledRejection', onRejection);
  const afterEach = () => {
    ledger.check();
    const where = world.machine.waitsFor;
    if (where !== undefined) ledger.broken('crash', `somebody waits for the machine's own time: ${where}`);
    return ledger.violation !== undefined;
  };
  try {
    await scheduler.run(endsAt + 1, afterEach);
    if (!ledger.violation) await comeToRest(world, ledger, deeds, afterEach);
    if (!ledger.violation) checkLogs(world, ledger);
  } catch (error) {
    if (error instanceof StuckError) ledger.broken('crash', error.message);
    else unexpected(error);
  } finally {
    process.off('unhandledRejection', onRejection);
    world.end();
  }
  const finished = ledger.runs.filter(({ state }) => state === 'FINISHED').length;
  return {
    violation: ledger.violation,
    steps: scheduler.steps,
    deeds: done,
    runs: { asked: ledger.askedRuns.size, finished, lost: ledger.lost, doubled: ledger.doubled },
    lastedMs: scheduler.now,
    timeline: world.timeline.entries,
  };
}

/** Nothing goes wrong any more: everything has to end. */
async function comeToRest(world: World, ledger: Ledger, deeds: Deeds, afterEach: () => boolean): Promise<void> {
  const { scheduler, timeline } = world;
  const since = scheduler.now;
  timeline.note('-', '* from here on nothing goes wrong');
  deeds.healAll();
  const person = (): void => {
    const held = scheduler.now - since > HOLDS_MS && ledger.runs.some(({ holding }) => holding === 1);
    deeds.undrainAll();
    void deeds.perform({ do: 'confirm', which: 0 });
    if (held) void deeds.perform({ do: 'release', which: 0 });
    scheduler.after(PERSON_MS, person);
  };
  person();
  let why = unrest(world, ledger);
  while (why !== undefined && scheduler.now - since < PATIENCE_MS) {
    await scheduler.run(scheduler.now + LOOK_MS, afterEach);
    if (ledger.violation) return;
    why = unrest(world, ledger);
  }
  if (why !== undefined)
    ledger.broken('liveness', `${Math.round(PATIENCE_MS / 60_000)} minutes after the last fault ${why}`);
}

function lengthOf(deed: Deed): number {
  const { forMs = 0, downMs = 0, afterMs = 0 } = deed as { forMs?: number; downMs?: number; afterMs?: number };
  return forMs + downMs + afterMs;
}
