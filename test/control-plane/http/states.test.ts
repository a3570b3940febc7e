import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { LARGEST_STATE_BYTES } from '../../../src/protocol/messages';
import { TestWorker } from '../../cli/support/worker';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../support/control-plane';
import { makeKey } from '../support/credentials';
import { TestPod } from '../support/pod';

const SECRET = 'the-password-in-the-state';

let controlPlane: TestControlPlane;
let pool: TestPool;
let workers: TestWorker[];
let logged: string;

beforeEach(async () => {
  logged = '';
  workers = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
  controlPlane = await TestControlPlane.start({ logger });
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id, 'stack', true);
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await controlPlane.close();
});

const stateOf = (serial: number, more: object = {}): string =>
  JSON.stringify({ version: 4, serial, lineage: 'one', resources: [{ password: SECRET }], ...more });

async function newWorker(): Promise<TestWorker> {
  const worker = await TestWorker.register(pool);
  workers.push(worker);
  return worker;
}

async function trigger(type: 'TRACKED' | 'PROPOSED' = 'TRACKED'): Promise<string> {
  return (await controlPlane.admin.createRun({ stack: 'stack', type })).id;
}

async function planned(type?: 'PROPOSED'): Promise<{ pod: TestPod; worker: TestWorker; run: string }> {
  const worker = await newWorker();
  const run = await trigger(type);
  return { pod: await worker.startPod(), worker, run };
}

/** The Pod of a run that applies. */
async function applying(): Promise<{ pod: TestPod; worker: TestWorker; run: string }> {
  const { pod, worker, run } = await planned();
  await pod.put('a workspace');
  await pod.outcome('Succeeded', true);
  await worker.release();
  return { pod: await worker.startPod(), worker, run };
}

async function ended({ pod, worker }: { pod: TestPod; worker: TestWorker }): Promise<void> {
  await pod.outcome('Succeeded');
  await worker.release();
}

const pull = async (version?: number): Promise<string> =>
  text((await controlPlane.admin.states.pull('stack', version)).content);
const logOf = async (run: string): Promise<string> =>
  (await controlPlane.admin.readLog(run, 0)).map((record) => record.text).join('');
const blobs = (): string[] => readdirSync(controlPlane.file('blobs', 'states'));

describe('the state of a stack', () => {
  test('is what an applying run wrote, for the runs after it and for people', async () => {
    const first = await applying();
    expect(await first.pod.state()).toBeUndefined();
    expect(await first.pod.putState(stateOf(1))).toMatchObject({ status: 200 });
    expect(await first.pod.state()).toBe(stateOf(1));
    await ended(first);
    const { pod } = await planned();
    expect(await pod.state()).toBe(stateOf(1));
    expect(await pull()).toBe(stateOf(1));
  });

  test('lies encrypted, and neither log nor database shows anything of it', async () => {
    const { pod } = await applying();
    await pod.putState(stateOf(1));
    await pod.putState('{"serial": 1, "other": "' + SECRET);
    const files = [...blobs().map((blob) => join('blobs', 'states', blob)), 'control-plane.db', 'control-plane.db-wal'];
    for (const file of files) expect(readFileSync(controlPlane.file(file)).includes(SECRET)).toBe(false);
    expect(logged).not.toContain(SECRET);
  });

  test('has a version for each content: what is written again after a lost answer makes none', async () => {
    const { pod } = await applying();
    for (const state of [stateOf(1), stateOf(1), stateOf(2)])
      expect(await pod.putState(state)).toMatchObject({ status: 200 });
    const { id } = (await controlPlane.admin.stack('stack'))!;
    expect(await controlPlane.admin.states.versions(id, 10)).toMatchObject([{ number: 2 }, { number: 1 }]);
    expect(blobs()).toHaveLength(2);
  });

  test.each([
    ['of another lineage', stateOf(2, { lineage: 'two' }), 'of another lineage'],
    ['of no higher serial', stateOf(1, { resources: [] }), 'somebody has written since'],
    ['that is none', 'no JSON', 'this is no state of OpenTofu or Terraform'],
  ])('is not replaced by one %s', async (_, state, sentence) => {
    const { pod } = await applying();
    await pod.putState(stateOf(1));
    const { status, body } = await pod.putState(state);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.message).toContain(sentence);
    expect(await pull()).toBe(stateOf(1));
    expect(blobs()).toHaveLength(1);
  });

  test(`is refused above ${LARGEST_STATE_BYTES} bytes, and the former one stays`, async () => {
    const { pod } = await applying();
    await pod.putState(stateOf(1));
    const piece = Buffer.alloc(1024 * 1024, ' ');
    const pieces = Array.from({ length: LARGEST_STATE_BYTES / piece.length }, () => piece);
    const large = Readable.from([Buffer.from('{"resources": ["'), ...pieces, Buffer.from('"]}')]);
    const answer = await pod.putState(large).catch(() => undefined);
    // The connection may have ended before the answer was read.
    if (answer) expect(answer).toMatchObject({ status: 413, body: { message: expect.stringContaining('64 MiB') } });
    expect(await pull()).toBe(stateOf(1));
    await until(() => blobs().length === 1, 'the rest of the upload is gone');
  });

  test('is written by no plan, whatever is in its source', async () => {
    const tracked = await planned();
    expect(await tracked.pod.putState(stateOf(1))).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const proposed = await planned('PROPOSED');
    expect(await proposed.pod.putState(stateOf(1))).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await expect(pull()).rejects.toThrow('keeps no state for stack stack');
  });

  test('whose content is gone is an error, and not as if there were none', async () => {
    const { pod } = await applying();
    await pod.putState(stateOf(1));
    removeFolder(controlPlane.file('blobs', 'states', blobs()[0]!));
    await expect(pod.state()).rejects.toThrow('the content of version 1 of the state is not in the storage');
  });

  test('is given to no launcher that cannot use it, once there is one', async () => {
    const { pod, worker, run } = await applying();
    await pod.putState(stateOf(1));
    await ended({ pod, worker });
    await trigger();
    const assignment = await worker.nextAssignment();
    const old = new TestPod(pool, assignment);
    await expect(old.start(false)).rejects.toThrow('give the pool a newer launcher image');
    await old.close();
    expect(assignment.runId).not.toBe(run);
  });
});

describe('an attempt that is over', () => {
  const operations: [string, (pod: TestPod) => Promise<unknown>][] = [
    ['write', (pod) => pod.putState(stateOf(2))],
    ['lock', (pod) => pod.lock('b')],
    ['unlock', (pod) => pod.unlock('a')],
  ];

  test.each(operations)('cannot %s', async (_, operation) => {
    const { pod } = await applying();
    await pod.putState(stateOf(1));
    await pod.outcome('UserFailed');
    expect(await operation(pod)).toMatchObject({ status: 409, body: { code: 'fenced' } });
    expect(await pull()).toBe(stateOf(1));
  });

  test('cannot finish what it had begun to write', async () => {
    const { pod } = await applying();
    const late = new Readable({ read: () => undefined });
    late.push('{"serial": 1');
    const written = pod.putState(late);
    await until(() => blobs().length > 0, 'the upload begins');
    await pod.outcome('UserFailed');
    late.push('}');
    late.push(null);
    expect(await written).toMatchObject({ status: 409, body: { code: 'fenced' } });
    await expect(pull()).rejects.toThrow('keeps no state');
    expect(blobs()).toEqual([]);
  });

  test('cannot read', async () => {
    const { pod } = await applying();
    await pod.outcome('UserFailed');
    await expect(pod.state()).rejects.toThrow('fenced');
  });

  test('and a pool that is not the stack’s cannot read or write', async () => {
    const { pod, run } = await applying();
    const other = await makePool(controlPlane, 'other');
    const stranger = new TestPod(other, { runId: run, attempt: 2, fence: 2 });
    expect(await stranger.putState(stateOf(1))).toMatchObject({ status: 404 });
    await expect(stranger.state()).rejects.toThrow('not found in this pool');
    const forged = new TestPod({ ...pool, privateKeyPem: other.privateKeyPem }, { runId: run, attempt: 2, fence: 2 });
    expect(await forged.putState(stateOf(1))).toMatchObject({ status: 401 });
    await Promise.all([stranger.close(), forged.close()]);
    expect(await pod.state()).toBeUndefined();
  });
});

describe('a lock of the state', () => {
  test('keeps others off, who are told which run holds it', async () => {
    const holder = await applying();
    expect(await holder.pod.lock('a', { Who: 'root@pod' })).toMatchObject({ status: 200, body: { heldBy: null } });
    // As after an answer that was lost.
    expect(await holder.pod.lock('a')).toMatchObject({ status: 200, body: { heldBy: null } });
    const { pod } = await planned('PROPOSED');
    expect(await pod.lock('b')).toMatchObject({
      body: { heldBy: { ID: 'a', Who: 'root@pod', Info: `run ${holder.run} holds it (APPLYING)` } },
    });
    expect(await pod.unlock('a')).toMatchObject({ body: { heldBy: { ID: 'a' } } });
    await expect(controlPlane.admin.states.push('stack', Readable.from([stateOf(9)]))).rejects.toThrow(
      `locked by run ${holder.run}`,
    );
    expect(await holder.pod.putState(stateOf(1), 'a')).toMatchObject({ status: 200 });
    expect(await holder.pod.putState(stateOf(2), 'another')).toMatchObject({ status: 409 });
    expect(await holder.pod.unlock('a')).toMatchObject({ body: { heldBy: null } });
    expect(await pod.lock('b')).toMatchObject({ body: { heldBy: null } });
  });

  test('ends with its attempt, and the next that wants it says so in its log', async () => {
    const { pod, worker, run } = await applying();
    await pod.lock('a');
    await pod.outcome('OutOfMemory');
    await worker.release();
    const { id } = (await controlPlane.admin.stack('stack'))!;
    expect(await controlPlane.admin.states.lock(id)).toBeNull();
    const next = await planned();
    expect(await next.pod.lock('b')).toMatchObject({ body: { heldBy: null } });
    expect(await logOf(next.run)).toMatch(new RegExp(`locked by run ${run} since .*, whose Pod has ended .*released`));
  });

  test('is taken by a person from a run that goes on', async () => {
    const { pod, run } = await applying();
    await expect(controlPlane.admin.states.unlock('stack')).rejects.toThrow('is not locked');
    await pod.lock('a');
    expect(await controlPlane.admin.states.unlock('stack')).toMatchObject({ runId: run, lockId: 'a' });
    expect(await pod.unlock('a')).toMatchObject({ body: { heldBy: null } });
  });
});

describe('people', () => {
  const push = (state: string) => controlPlane.admin.states.push('stack', Readable.from([state]));

  test('bring a state, and make a former version the newest one', async () => {
    for (const serial of [3, 4]) await push(stateOf(serial));
    expect(await controlPlane.admin.states.restore('stack', 1)).toMatchObject({
      number: 3,
      restoredFrom: 1,
      serial: 3,
      runId: null,
    });
    expect(await pull()).toBe(stateOf(3));
    expect(await pull(2)).toBe(stateOf(4));
    // A run goes on from there.
    const { pod } = await applying();
    expect(await pod.putState(stateOf(4, { resources: [] }))).toMatchObject({ status: 200 });
    await expect(controlPlane.admin.states.restore('stack', 9)).rejects.toThrow('keeps no version 9 of a state');
  });

  test('have as many versions as are kept', async () => {
    await controlPlane.restart(undefined, { retention: { stateVersions: 2 } });
    for (const serial of [1, 2, 3]) await push(stateOf(serial));
    const { id } = (await controlPlane.admin.stack('stack'))!;
    expect(await controlPlane.admin.states.versions(id, 10)).toMatchObject([{ number: 3 }, { number: 2 }]);
    expect(blobs()).toHaveLength(2);
  });

  test('delete the state with its stack', async () => {
    await push(stateOf(1));
    await controlPlane.admin.deleteStack('stack');
    expect(blobs()).toEqual([]);
    await makeStack(controlPlane, pool.id);
    await expect(pull()).rejects.toThrow('keeps no state');
  });

  test('have it still after a restart and a reset of the pool', async () => {
    await push(stateOf(1));
    await controlPlane.admin.resetPool(pool.id, (await makeKey()).csr);
    await controlPlane.restart();
    expect(await pull()).toBe(stateOf(1));
  });
});

test('a control plane that is killed between the content of a version and its row has the former version', async () => {
  const folder = temporaryFolder();
  const program = join('test', 'control-plane', 'support', 'stopped-commit-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
  expect(readdirSync(join(folder, 'blobs', 'states'))).toHaveLength(2);
  const after = await TestControlPlane.start({ dataDir: folder });
  try {
    const { version, content } = await after.admin.states.pull('stack');
    expect([version.number, await text(content)]).toEqual([1, '{"serial":1}']);
  } finally {
    // Its folder goes with it.
    await after.close();
  }
});
