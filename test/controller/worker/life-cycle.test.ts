import { beforeEach, describe, expect, test } from '@jest/globals';
import { ProtocolError } from '../../../src/protocol/session';
import { anAssignment, built, containers, exited, observed, running } from '../run/fixtures';
import { KILLED, refused, SUCCEEDED, World } from './world';

const assigned = anAssignment();
const lost = new ProtocolError('unreachable', 'the control plane does not answer', true);

let world: World;

beforeEach(() => {
  world = new World();
});

describe('the life of a run', () => {
  test('takes four requests to the API server', async () => {
    await world.pass();
    expect(world.requests).toEqual(['patch Worker status']);
    world.requests.length = 0;

    await world.work(assigned);
    expect(world.requests).toEqual(['create', 'patch Worker status']);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY', currentRunID: assigned.runId });

    world.setPodStatus(SUCCEEDED);
    await world.pass();
    world.assign(null);
    await world.pass();
    expect(world.requests).toEqual(['create', 'patch Worker status', 'delete', 'patch Worker status']);
    expect(world.worker?.status).toMatchObject({ state: 'IDLE' });
    expect(world.worker?.status?.currentRunID).toBeUndefined();
    expect(world.reported).toEqual(['created', 'released']);
    expect(world.events).toEqual([]);
  });

  test('takes one status write less when the next run waits already', async () => {
    await world.work(assigned);
    world.setPodStatus(SUCCEEDED);
    await world.pass();
    world.requests.length = 0;
    world.assign(anAssignment({ runId: '01HPS6XB76J1JB3EHSK4AWE5AC', attempt: 1, fence: 8 }));
    await world.pass();
    expect(world.requests).toEqual(['create', 'patch Worker status']);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY', currentRunID: '01HPS6XB76J1JB3EHSK4AWE5AC' });
  });

  test('takes five requests when a sidecar is left, at whose end nothing is asked', async () => {
    world.pool.spec = { ...world.pool.spec, successfulPodsHistoryLimit: 1 };
    await world.pass();
    world.requests.length = 0;
    await world.work(assigned);
    world.setPodStatus(containers({ relay: exited(0), worker: exited(0), extra: { dind: running } }));
    await world.pass();
    world.assign(null);
    await world.pass();
    const life = ['create', 'patch Worker status', 'patch Pod', 'patch Worker status'];
    expect(world.requests).toEqual(life);
    world.setPodStatus(
      containers(
        { relay: exited(0), worker: exited(0), extra: { dind: exited(137) } },
        { phase: 'Failed', reason: 'DeadlineExceeded' },
      ),
    );
    await world.pass();
    expect(world.requests).toEqual(life);
    world.pool.spec = { ...world.pool.spec, successfulPodsHistoryLimit: 0 };
    await world.pass();
    expect(world.requests).toEqual([...life, 'delete']);
  });

  test('costs nothing while nothing happens', async () => {
    await world.work(assigned);
    world.requests.length = 0;
    await world.pass();
    await world.pass();
    expect(world.requests).toEqual([]);
  });
});

describe('a controller that was restarted', () => {
  test('between the Pod’s creation and its appearance takes the Pod over', async () => {
    world.assign(assigned);
    world.put(observed({ phase: 'Pending' }, { of: built({}, assigned) }));
    world.restart();
    await world.pass();
    expect(world.requests).toEqual(['create', 'get', 'patch Worker status']);
    expect(world.pods).toHaveLength(1);
  });

  test('while a run is going on changes nothing', async () => {
    await world.work(assigned);
    world.requests.length = 0;
    world.restart();
    await world.pass();
    expect(world.requests).toEqual([]);
    expect(world.reported).toEqual(['created']);
  });

  test('before it could release the Worker does so', async () => {
    await world.work(assigned);
    world.setPodStatus(KILLED);
    world.restart();
    await world.pass();
    expect(world.reported).toEqual(['created', 'failed', 'released']);
  });
});

describe('a control plane that does not answer', () => {
  test('does not keep a Pod from being made or a status from being written', async () => {
    world.assign(assigned);
    world.failNext('report created', lost);
    await expect(world.pass()).rejects.toThrow(lost);
    expect(world.requests).toEqual(['create', 'patch Worker status']);
    await world.pass();
    expect(world.reported).toEqual(['created', 'created']);
    expect(world.pods).toHaveLength(1);
  });

  test('keeps an unreported Pod from being removed', async () => {
    await world.work(assigned);
    world.setPodStatus(SUCCEEDED);
    world.failNext('report released', lost);
    await expect(world.pass()).rejects.toThrow(lost);
    expect(world.pods).toHaveLength(1);
    await world.pass();
    expect(world.pods).toEqual([]);
  });

  test('whose answer is that it has moved on is believed', async () => {
    await world.work(assigned);
    world.setPodStatus(KILLED);
    world.failNext('report failed', new ProtocolError('fenced', 'another holds the run', false));
    await world.pass();
    expect(world.reported).toEqual(['created', 'failed', 'released']);
  });
});

describe('an API server', () => {
  test('that refuses the Pod is told of once, and asked again when it is time', async () => {
    world.assign(assigned);
    world.failNext('create', refused(422, 'Invalid', 'Pod "x" is invalid: spec.x'));
    const result = await world.pass();
    expect(result?.requeueAfterMs).toBe(1_000);
    expect(world.events).toMatchObject([{ type: 'Warning', reason: 'PodInvalid' }]);
    expect(world.worker?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'RunPodStarted', reason: 'PodInvalid' }),
    );
    await world.pass();
    expect(world.reported).toEqual(['waiting']);
    world.now += 1_000;
    await world.pass();
    expect(world.pods).toHaveLength(1);
    expect(world.worker?.status?.conditions?.map(({ type }) => type)).toEqual(['Registered']);
  });

  test('that holds a Pod of the same name for another assignment is asked no more than the first time', async () => {
    const restored = { ...assigned, fence: assigned.fence + 1 };
    world.put(observed({ phase: 'Failed' }, { of: built({}, assigned) }));
    world.assign(restored);
    const result = await world.pass();
    expect(world.requests).toEqual(['create', 'get', 'patch Worker status']);
    expect(world.reports.at(-1)?.report).toMatchObject({
      kind: 'waiting',
      message: expect.stringContaining('belongs to something else, or to an earlier run'),
    });
    expect(result?.requeueAfterMs).toBe(1_000);
    world.now = restored.startDeadline;
    await world.pass();
    expect(world.reports.at(-2)?.report).toMatchObject({ kind: 'failed', reason: 'ConfigError' });
  });

  test('that holds somebody else’s Pod of that name is told of, and the Pod is left alone', async () => {
    world.assign(assigned);
    const pod = observed({ phase: 'Running' }, { of: built({}, assigned) });
    world.put({ ...pod, metadata: { ...pod.metadata, ownerReferences: [] } });
    await world.pass();
    expect(world.reports.at(-1)?.report).toMatchObject({
      kind: 'waiting',
      message: expect.stringContaining('belongs to something else'),
    });
    expect(world.pods).toHaveLength(1);
    expect(world.requests).not.toContain('delete');
  });

  test('that fails is said in the run’s log, and asked again', async () => {
    world.assign(assigned);
    world.failNext('create', refused(500, 'InternalError', 'failed calling webhook "pods.example.com": EOF'));
    await world.pass();
    expect(world.reported).toEqual(['waiting']);
    expect(world.events).toMatchObject([{ type: 'Warning', reason: 'WebhookUnavailable' }]);
    world.now += 1_000;
    await world.pass();
    expect(world.pods).toHaveLength(1);
  });

  test('that does not answer makes the pass fail, to be tried again', async () => {
    world.assign(assigned);
    world.failNext('create', refused(429, 'TooManyRequests'));
    await expect(world.pass()).rejects.toThrow('TooManyRequests');
    await world.pass();
    expect(world.pods).toHaveLength(1);
  });
});
