import { beforeEach, describe, expect, test } from '@jest/globals';
import { ProtocolError } from '../../../src/protocol/session';
import { anAssignment, built, containers, exited, observed, POOL_ULID, running, waitingFor } from '../run/fixtures';
import { refused, World } from './world';

const assigned = anAssignment();
const started = anAssignment({ started: true });
const WORKING = containers({ relay: running, worker: running });
const SUCCEEDED = containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' });
const KILLED = containers({ relay: exited(80), worker: exited(137, 'OOMKilled') }, { phase: 'Failed' });
const lost = new ProtocolError('unreachable', 'the control plane does not answer', true);

let world: World;

beforeEach(() => {
  world = new World();
});

/** From the assignment to a Pod that works. */
async function working(): Promise<void> {
  world.assign(assigned);
  await world.pass();
  world.assign(started);
  world.setPodStatus(WORKING);
  await world.pass();
}

const reported = () => world.reports.map(({ report }) => report.kind);

describe('the life of a run', () => {
  test('takes four requests to the API server', async () => {
    await world.pass();
    expect(world.requests).toEqual(['patch Worker status']);
    world.requests.length = 0;

    await working();
    expect(world.requests).toEqual(['create', 'patch Worker status']);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY', currentRunID: assigned.runId });

    world.setPodStatus(SUCCEEDED);
    await world.pass();
    world.assign(null);
    await world.pass();
    expect(world.requests).toEqual(['create', 'patch Worker status', 'delete', 'patch Worker status']);
    expect(world.worker?.status).toMatchObject({ state: 'IDLE' });
    expect(world.worker?.status?.currentRunID).toBeUndefined();
    expect(reported()).toEqual(['created', 'released']);
    expect(world.events).toEqual([]);
  });

  test('takes one status write less when the next run waits already', async () => {
    await working();
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
    await working();
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
    await working();
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
    await working();
    world.requests.length = 0;
    world.restart();
    await world.pass();
    expect(world.requests).toEqual([]);
    expect(reported()).toEqual(['created']);
  });

  test('before it could release the Worker does so', async () => {
    await working();
    world.setPodStatus(KILLED);
    world.restart();
    await world.pass();
    expect(reported()).toEqual(['created', 'failed', 'released']);
  });
});

describe('a control plane that does not answer', () => {
  test('does not keep a Pod from being made or a status from being written', async () => {
    world.assign(assigned);
    world.failNext('report created', lost);
    await expect(world.pass()).rejects.toThrow(lost);
    expect(world.requests).toEqual(['create', 'patch Worker status']);
    await world.pass();
    expect(reported()).toEqual(['created', 'created']);
    expect(world.pods).toHaveLength(1);
  });

  test('keeps an unreported Pod from being removed', async () => {
    await working();
    world.setPodStatus(SUCCEEDED);
    world.failNext('report released', lost);
    await expect(world.pass()).rejects.toThrow(lost);
    expect(world.pods).toHaveLength(1);
    await world.pass();
    expect(world.pods).toEqual([]);
  });

  test('whose answer is that it has moved on is believed', async () => {
    await working();
    world.setPodStatus(KILLED);
    world.failNext('report failed', new ProtocolError('fenced', 'another holds the run', false));
    await world.pass();
    expect(reported()).toEqual(['created', 'failed', 'released']);
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
    expect(reported()).toEqual(['waiting']);
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
    expect(reported()).toEqual(['waiting']);
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

describe('an unstarted Pod', () => {
  test('is not removed when a live read shows that it began meanwhile (invariant 8)', async () => {
    world.assign(assigned);
    await world.pass();
    const [pod] = world.pods;
    if (pod) world.put({ ...pod, status: WORKING });
    world.assign(null);
    await world.pass();
    expect(world.requests).not.toContain('delete');
    expect(world.pods).toHaveLength(1);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
  });

  test('is not removed when it changes between the live read and the deletion (invariant 8)', async () => {
    world.assign(assigned);
    await world.pass();
    world.assign(null);
    const [pod] = world.pods;
    world.whenAsked('delete', () => pod && world.put({ ...pod, status: WORKING }));
    await world.pass();
    expect(world.pods).toHaveLength(1);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
  });

  test('of a stopped run goes, and frees the Worker', async () => {
    world.assign(assigned);
    await world.pass();
    world.assign({ ...assigned, stop: { reason: 'by alice' } });
    await world.pass();
    expect(world.pods).toEqual([]);
    expect(reported()).toEqual(['created', 'failed', 'released']);
  });

  test('that cannot pull its image says so once, whatever the kubelet’s words', async () => {
    world.assign(assigned);
    await world.pass();
    for (const [reason, message] of [
      ['ImagePullBackOff', ''],
      ['ErrImagePull', 'manifest unknown'],
      ['ImagePullBackOff', ''],
      ['ErrImagePull', 'manifest unknown'],
    ] as const) {
      world.setPodStatus(containers({ relay: running, worker: waitingFor(reason, message) }, { phase: 'Pending' }));
      await world.pass();
    }
    expect(reported()).toEqual(['created', 'waiting', 'waiting']);
    const condition = world.worker?.status?.conditions?.find(({ type }) => type === 'RunPodStarted');
    expect(condition?.message).toContain('manifest unknown');
  });
});

describe('a Pod that changes while it is looked at', () => {
  const withSidecar = containers({ relay: exited(0), worker: exited(0), extra: { dind: running } });

  test.each([
    ['has gone when it is to be ended', refused(404, 'NotFound'), 1],
    ['has become another when it is to be ended', refused(409, 'Conflict'), 1],
    ['has changed when it is to be deleted', refused(409, 'Conflict'), 0],
  ])('and %s is looked at again', async (_what, error, successfulPodsHistoryLimit) => {
    world.pool.spec = { ...world.pool.spec, successfulPodsHistoryLimit };
    await working();
    world.setPodStatus(withSidecar);
    await world.pass();
    world.assign(null);
    for (const request of ['patch Pod', 'delete']) world.failNext(request, error);
    await world.pass();
    expect(reported()).toEqual(['created', 'released']);
    expect(world.worker?.status).toMatchObject({ state: 'IDLE' });
  });
});

describe('a started Pod', () => {
  test('that lost the label by which it is found gets it back, and its run goes on (invariant 8)', async () => {
    await working();
    world.requests.length = 0;
    world.removeLabel();
    await world.pass();
    expect(world.requests).toEqual(['get', 'patch Pod']);
    expect(reported()).toEqual(['created']);
    expect(world.pods[0]?.metadata.labels).toHaveProperty(['workers.spacelift.io/workerpool'], POOL_ULID);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
    world.setPodStatus(SUCCEEDED);
    await world.pass();
    expect(reported()).toEqual(['created', 'released']);
  });

  test('of a run that was given up keeps its Worker busy although it lost its label', async () => {
    await working();
    world.assign(null);
    await world.pass();
    world.removeLabel();
    await world.pass();
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
  });

  test('is not taken for gone while the API server cannot be asked', async () => {
    await working();
    world.removePods();
    world.failNext('get', refused(500, 'InternalError'));
    await expect(world.pass()).rejects.toThrow('InternalError');
    expect(reported()).toEqual(['created']);
  });

  test('that its node took along ends its run only when its relay is silent', async () => {
    await working();
    const target = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' };
    world.setPodStatus({ ...WORKING, conditions: [target] });
    world.removePods();
    world.relayHeard = true;
    const result = await world.pass();
    expect(result?.requeueAfterMs).toBe(30_000);
    expect(reported()).toEqual(['created', 'failed']);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY', currentRunID: assigned.runId });
    world.relayHeard = false;
    world.now += 30_000;
    await world.pass();
    expect(reported()).toEqual(['created', 'failed', 'failed', 'released']);
  });

  test('that vanishes is looked for before its run is given up', async () => {
    await working();
    const [pod] = world.pods;
    if (!pod) throw new Error('there is no Pod');
    world.restart();
    world.removePods();
    world.put(pod);
    world.caches.pods.noteWritten(world.put(pod));
    await world.pass();
    expect(reported()).toEqual(['created']);
  });

  test('that was deleted ends its run with what was last seen', async () => {
    await working();
    world.removePods();
    await world.pass();
    expect(world.reports.map(({ report }) => report)).toMatchObject([
      { kind: 'created' },
      { kind: 'failed', reason: 'Evicted' },
      { kind: 'released' },
    ]);
  });
});

describe('a deleted Worker', () => {
  test('without a run retires and goes', async () => {
    world.deleteWorker();
    await world.pass();
    expect(world.requests).toEqual(['retire', 'patch Worker']);
    expect(world.worker).toBeUndefined();
  });

  test('with a run asks at once for no other, stays until it is over, and then goes', async () => {
    await working();
    world.requests.length = 0;
    world.deleteWorker();
    await world.pass();
    expect(world.requests).toEqual(['retire', 'patch Worker status']);
    expect(world.worker?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Waiting', reason: 'Deleting' }),
    );
    expect(world.worker).toBeDefined();
    expect(world.pods).toHaveLength(1);
    world.setPodStatus(SUCCEEDED);
    await world.pass();
    expect(world.worker).toBeDefined();
    world.assign(null);
    world.now += 5_000;
    await world.pass();
    expect(world.worker).toBeUndefined();
  });

  test('whose run is over in the same moment asks for no other before it is free', async () => {
    await working();
    world.deleteWorker();
    world.setPodStatus(SUCCEEDED);
    world.requests.length = 0;
    const retiringAtRelease: boolean[] = [];
    world.whenAsked('report released', () => retiringAtRelease.push(world.view.retiring));
    await world.pass();
    expect(retiringAtRelease).toEqual([true]);
  });

  test('that the control plane has let go costs no write of its status', async () => {
    await world.pass();
    world.requests.length = 0;
    world.retired = true;
    world.view = { ...world.view, revision: 9, removed: true };
    await world.pass();
    world.deleteWorker();
    await world.pass();
    expect(world.requests).toEqual(['patch Worker']);
    expect(world.worker).toBeUndefined();
  });
});
