import { beforeEach, describe, expect, test } from '@jest/globals';
import { ProtocolError } from '../../../src/protocol/session';
import { anAssignment, built, containers, exited, observed, running, waitingFor } from '../run/fixtures';
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
    world.failNext('delete', refused(409, 'Conflict'));
    await expect(world.pass()).rejects.toThrow('Conflict');
    world.setPodStatus(WORKING);
    await world.pass();
    expect(world.pods).toHaveLength(1);
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

describe('a started Pod', () => {
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
    expect(world.requests).toEqual(['patch Worker']);
    expect(world.worker).toBeUndefined();
  });

  test('with a run stays until it is over', async () => {
    await working();
    world.deleteWorker();
    await world.pass();
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
});
