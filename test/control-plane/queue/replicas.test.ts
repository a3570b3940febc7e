import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sweepOnce } from '../../../src/control-plane/queue/sweeper';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { newPostgres } from '../support/databases';
import { SWEEP_MS, TestQueue } from '../support/queue';

let server: PostgresServer;
let replicas: TestQueue[];

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

beforeEach(async () => {
  const first = await TestQueue.ready(undefined, await newPostgres(server));
  replicas = [first, await first.replica(), await first.replica()];
});

afterEach(async () => {
  for (const replica of replicas) await replica.close();
});

/** Does the same through each replica in turn, all at once. */
const atOnce = <T>(count: number, work: (replica: TestQueue, index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(replicas[index % replicas.length]!, index)));

test('runs and workers that come through all replicas at once find each other, one to one (invariant 1)', async () => {
  const [workers, runs] = await Promise.all([
    atOnce(30, (replica, index) => replica.register(`worker-${index}`)),
    atOnce(30, (replica) => replica.trigger('stack', 'PROPOSED')),
  ]);
  const views = await Promise.all(workers.map((id) => replicas[0]!.view(id)));
  expect(views.map((view) => view?.assignment?.runId).toSorted()).toEqual(runs.toSorted());
});

test('of tracked runs of one stack that are queued at once one goes, and the next when it has ended', async () => {
  // A worker is free again only when its controller says so.
  await atOnce(9, (replica, index) => replica.register(`worker-${index}`));
  const runs = await atOnce(9, (replica) => replica.trigger());
  const inOrder: string[] = [];
  while (inOrder.length < runs.length) {
    const states = await replicas[0]!.states(...runs);
    const going = runs.filter((_, index) => states[index] === 'PREPARING');
    expect(going).toHaveLength(1);
    inOrder.push(going[0]!);
    await replicas[inOrder.length % 3]!.admin.stop(going[0]!);
  }
  expect(new Set(inOrder).size).toBe(runs.length);
});

test('a run that is triggered by one key through all replicas at once is one', async () => {
  const runs = await atOnce(9, ({ admin }) => admin.createRun({ stack: 'stack', idempotencyKey: 'key' }));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
  expect(await replicas[0]!.admin.runs()).toHaveLength(1);
});

test('what happens through one wakes who waits at another', async () => {
  const [one, other] = replicas as [TestQueue, TestQueue];
  const worker = await one.register();
  const after = await one.context.store.read.pools.revision(one.pool.id);
  const waiting = other.watch(after, 20);
  const run = await one.trigger();
  expect((await waiting).workers).toMatchObject([{ id: worker, assignment: { runId: run } }]);
});

test('a Pod that was let start at one is the only one at the others', async () => {
  const { assignment } = await replicas[0]!.assigned();
  const started = await Promise.allSettled(
    ['pod-1', 'pod-2', 'pod-3'].map((pod, index) => replicas[index]!.start(assignment, pod)),
  );
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('lines of a log that arrive at all of them are read once each, in the order of their writer', async () => {
  const { assignment, run } = await replicas[0]!.started();
  const followed: number[] = [];
  let cursor = 0;
  const reading = until(async () => {
    for (const record of await replicas[2]!.admin.readLog(run, cursor)) {
      cursor = record.id;
      if (record.writer === 'relay') followed.push(record.sequence);
    }
    return followed.length >= 60;
  }, 'all lines are read');
  for (let sent = 0; sent < 60; sent += 3) {
    // Each batch again at another, as after an answer that was lost.
    await atOnce(3, (replica) => replica.log(assignment, sent + 1, sent + 2, sent + 3));
  }
  await reading;
  expect(followed).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

test('one of them sweeps at a time, and a pause of all is forgiven by whoever comes back first (invariant 10)', async () => {
  const [one] = replicas as [TestQueue];
  await one.register();
  const run = await one.trigger();
  const readings = async () => one.context.store.read.leaseClock.reading();
  const before = await readings();
  one.leap(SWEEP_MS / 1000);
  await Promise.all(replicas.map(({ context }) => sweepOnce(context, SWEEP_MS)));
  expect((await readings()) - before).toBe(SWEEP_MS);
  one.leap(3600);
  await Promise.all(replicas.map(({ context }) => sweepOnce(context, SWEEP_MS)));
  expect((await readings()) - before).toBe(2 * SWEEP_MS);
  expect(await one.state(run)).toBe('PREPARING');
});

test('of dependencies that would make a cycle together, made through all replicas at once, one is refused', async () => {
  const [one] = replicas as [TestQueue];
  const names = ['a', 'b', 'c'];
  for (const name of names) await one.addStack(name);
  const made = await Promise.allSettled(
    names.map((name, index) => replicas[index]!.admin.addStackDependency(name, names[(index + 1) % 3]!)),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  const [refused] = made.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  expect(refused).toMatch(/cannot depend on stack \w, because that depends on \w: (\w) -> \w -> \w -> \1/);
});

test('runs of stacks around a diamond that are queued and ended through all replicas at once leave nobody waiting', async () => {
  const [one] = replicas as [TestQueue];
  for (const name of ['left', 'right', 'last']) await one.addStack(name);
  for (const [name, above] of [
    ['left', 'stack'],
    ['right', 'stack'],
    ['last', 'left'],
    ['last', 'right'],
  ] as const) {
    await one.admin.addStackDependency(name, above);
  }
  await Promise.all([
    atOnce(6, ({ admin }, index) => admin.createRun({ stack: ['stack', 'left', 'last'][index % 3]! })),
    atOnce(6, (replica, index) => replica.register(`worker-${index}`)),
  ]);
  const unfinished = async () => (await one.admin.runs()).filter(({ finishedAt }) => finishedAt === null);
  for (let round = 0; (await unfinished()).length > 0; round += 1) {
    const going = (await unfinished()).filter(({ state, ready }) => state !== 'QUEUED' || ready);
    // Somebody always has a turn.
    expect(going).not.toEqual([]);
    await Promise.allSettled(going.map(({ id }, index) => replicas[index % 3]!.admin.stop(id)));
  }
  expect(await one.context.store.read.dependencies.awaitedThoughEnded()).toEqual([]);
});
