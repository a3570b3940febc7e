import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connectPoll } from '../../../src/protocol/client';
import type { Assignment, WorkerView } from '../../../src/protocol/messages';
import type { ControlPlaneSession, SessionStatus } from '../../../src/protocol/session';
import { parseToken } from '../../../src/protocol/token';
import { makePool, makeStack, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';
import { until } from '../../support/until';
import { makeKey } from '../support/credentials';
import { line, TestPod, type Answer } from '../support/pod';

let controlPlane: TestControlPlane;
let former: TestPool;
let session: ControlPlaneSession;
let status: SessionStatus | undefined;
const pods: TestPod[] = [];
const views = new Map<string, WorkerView>();
const [first, second] = [newWorker('first'), newWorker('second')];

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  former = await makePool(controlPlane);
  session = connectTo(former);
  await session.register({ workers: [first, second] });
  await makeStack(controlPlane, former.id, 'one');
  await makeStack(controlPlane, former.id, 'two');
});

afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
  await session.close();
  await controlPlane.close();
  views.clear();
});

function connectTo(pool: TestPool): ControlPlaneSession {
  const events = {
    onView: (view: WorkerView) => void views.set(view.id, view),
    onStatus: (newest: SessionStatus) => void (status = newest),
  };
  const credentials = { token: pool.token, privateKeyPem: pool.privateKeyPem };
  return connectPoll({ ...credentials, session: 'pool-uid', userAgent: 'test/1' }, events);
}

async function assigned(stack: string): Promise<Assignment> {
  const { id } = await controlPlane.admin.createRun({ stack });
  return until(
    () => [...views.values()].find(({ assignment }) => assignment?.runId === id)?.assignment,
    `an assignment of ${stack}`,
  );
}

function podOf(assignment: Assignment, pool: TestPool): TestPod {
  const pod = new TestPod(pool, assignment);
  pods.push(pod);
  return pod;
}

async function reset(): Promise<TestPool> {
  const key = await makeKey();
  const { config } = await controlPlane.admin.resetPool(former.id, key.csr);
  return { id: former.id, token: parseToken(config), privateKeyPem: key.privateKeyPem };
}

const isRefused = ({ status, body }: Answer): void =>
  expect({ status, body }).toMatchObject({
    status: 401,
    body: { code: 'unauthorized', message: 'unauthorized: the pool was reset: use its new token and key' },
  });

describe('a pool that is reset while a run is under way', () => {
  test('lets that run finish with what it has: state, log and outcome arrive', async () => {
    const assignment = await assigned('one');
    const pod = podOf(assignment, former);
    await pod.start();
    await pod.log('relay', [line(1)]);
    await reset();
    expect(await pod.heartbeat()).toMatchObject({ status: 200 });
    expect(await pod.get('source')).toMatchObject({ status: 200 });
    expect(await pod.put('sealed')).toMatchObject({ status: 200 });
    expect(await pod.log('relay', [line(2)])).toMatchObject({ body: { acknowledged: 2 } });
    expect(await pod.outcome('Succeeded', true)).toMatchObject({ body: { state: 'UNCONFIRMED' } });
    // Its answer may have been lost.
    expect(await pod.outcome('Succeeded', true)).toMatchObject({ status: 200 });
    const log = (await controlPlane.admin.readLog(assignment.runId, 0)).map((record) => record.text);
    expect(log).toEqual(expect.arrayContaining(['line 1\n', 'line 2\n']));
  });

  test('lets it go on with the new credentials as well', async () => {
    const assignment = await assigned('one');
    await podOf(assignment, former).start();
    const pod = podOf(assignment, await reset());
    expect(await pod.log('relay', [line(1)])).toMatchObject({ body: { acknowledged: 1 } });
    expect(await pod.outcome('Succeeded')).toMatchObject({ body: { state: 'FINISHED' } });
  });

  test('twice lets it finish, too', async () => {
    const pod = podOf(await assigned('one'), former);
    await pod.start();
    await reset();
    await reset();
    expect(await pod.outcome('Succeeded')).toMatchObject({ body: { state: 'FINISHED' } });
  });

  test('refuses the former session at once, and tells it nothing by the long poll that it waits for', async () => {
    await reset();
    await expect(session.sync({ workers: [] })).rejects.toThrow('the pool was reset');
    const { id } = await controlPlane.admin.createRun({ stack: 'one' });
    await until(() => status?.state === 'failed' && status.cause === 'rejected', 'the refusal of the session');
    expect([...views.values()].map((view) => view.assignment?.runId)).not.toContain(id);
  });

  test('refuses the former key for a run that has not started', async () => {
    const pod = podOf(await assigned('one'), former);
    await reset();
    await expect(pod.start()).rejects.toThrow('the pool was reset');
    isRefused(await pod.log('relay', [line(1)]));
  });

  test('refuses it a second start, which would give out the environment', async () => {
    const pod = podOf(await assigned('one'), former);
    await pod.start();
    await reset();
    await expect(pod.start()).rejects.toThrow('the pool was reset');
  });

  test('refuses it for a run that started after the reset', async () => {
    const renewed = await reset();
    await session.close();
    session = connectTo(renewed);
    await session.register({ workers: [first, second] });
    const assignment = await assigned('two');
    await podOf(assignment, renewed).start();
    const pod = podOf(assignment, former);
    isRefused(await pod.log('relay', [line(1)]));
    isRefused(await pod.outcome('UserFailed'));
  });

  test('refuses it once the worker of the run is free again', async () => {
    const assignment = await assigned('one');
    const pod = podOf(assignment, former);
    await pod.start();
    await session.close();
    session = connectTo(await reset());
    await pod.outcome('Succeeded');
    const workerId = [...views.values()].find((view) => view.assignment?.runId === assignment.runId)!.id;
    const { runId, attempt, fence } = assignment;
    await session.report({ workerId, runId, attempt, fence, report: { kind: 'released' } });
    isRefused(await pod.log('relay', [line(1)]));
  });

  test('refuses a key that merely names the former one', async () => {
    const assignment = await assigned('one');
    await podOf(assignment, former).start();
    await reset();
    const { privateKeyPem } = await makeKey();
    const liar = podOf(assignment, { ...former, privateKeyPem });
    expect(await liar.heartbeat()).toMatchObject({
      status: 401,
      body: { message: 'unauthorized: the token was not signed by the key of the pool' },
    });
  });
});
