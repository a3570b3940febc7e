import { beforeEach, describe, expect, test } from '@jest/globals';
import { anAssignment, containers, exited, POOL_ULID, running, waitingFor } from '../run/fixtures';
import { refused, SUCCEEDED, WORKING, World } from './world';

const assigned = anAssignment();

let world: World;

beforeEach(() => {
  world = new World();
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
    expect(world.reported).toEqual(['created', 'failed', 'released']);
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
    expect(world.reported).toEqual(['created', 'waiting', 'waiting']);
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
    await world.work(assigned);
    world.setPodStatus(withSidecar);
    await world.pass();
    world.assign(null);
    for (const request of ['patch Pod', 'delete']) world.failNext(request, error);
    await world.pass();
    expect(world.reported).toEqual(['created', 'released']);
    expect(world.worker?.status).toMatchObject({ state: 'IDLE' });
  });
});

describe('a started Pod', () => {
  test('that lost the label by which it is found gets it back, and its run goes on (invariant 8)', async () => {
    await world.work(assigned);
    world.requests.length = 0;
    world.removeLabel();
    await world.pass();
    expect(world.requests).toEqual(['get', 'patch Pod']);
    expect(world.reported).toEqual(['created']);
    expect(world.pods[0]?.metadata.labels).toHaveProperty(['workers.spacelift.io/workerpool'], POOL_ULID);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
    world.setPodStatus(SUCCEEDED);
    await world.pass();
    expect(world.reported).toEqual(['created', 'released']);
  });

  test('of a run that was given up keeps its Worker busy although it lost its label', async () => {
    await world.work(assigned);
    world.assign(null);
    await world.pass();
    world.removeLabel();
    await world.pass();
    expect(world.worker?.status).toMatchObject({ state: 'BUSY' });
  });

  test('is not taken for gone while the API server cannot be asked', async () => {
    await world.work(assigned);
    world.removePods();
    world.failNext('get', refused(500, 'InternalError'));
    await expect(world.pass()).rejects.toThrow('InternalError');
    expect(world.reported).toEqual(['created']);
  });

  test('that its node took along ends its run only when its relay is silent', async () => {
    await world.work(assigned);
    const target = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' };
    world.setPodStatus({ ...WORKING, conditions: [target] });
    world.removePods();
    world.relayHeard = true;
    const result = await world.pass();
    expect(result?.requeueAfterMs).toBe(30_000);
    expect(world.reported).toEqual(['created', 'failed']);
    expect(world.worker?.status).toMatchObject({ state: 'BUSY', currentRunID: assigned.runId });
    world.relayHeard = false;
    world.now += 30_000;
    await world.pass();
    expect(world.reported).toEqual(['created', 'failed', 'failed', 'released']);
  });

  test('that vanishes is looked for before its run is given up', async () => {
    await world.work(assigned);
    const [pod] = world.pods;
    if (!pod) throw new Error('there is no Pod');
    world.restart();
    world.removePods();
    world.put(pod);
    world.caches.pods.noteWritten(world.put(pod));
    await world.pass();
    expect(world.reported).toEqual(['created']);
  });

  test('that was deleted ends its run with what was last seen', async () => {
    await world.work(assigned);
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
    await world.work(assigned);
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
    await world.work(assigned);
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
