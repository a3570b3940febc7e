import { describe, expect, test } from '@jest/globals';
import { containers, exited, running, waitingFor } from '../controller/run/fixtures';
import { eventually } from '../support/kube';
import { POOL } from './pool.fixtures';
import { runScenes, SUCCEEDED, WORKING } from './run.fixtures';

const open = runScenes();

const TOO_SMALL = { workerContainer: { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } } };

describe('a run', () => {
  test('gets a Pod, is carried out, and leaves an idle Worker and no Pod', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    expect(pod.metadata.name).toBe(`${id.toLowerCase()}-preparing-1`);
    expect(pod.spec.initContainers.map(({ name }) => name)).toEqual(['init']);
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['launcher-grpc', 'worker']);
    const [worker] = await scene.objects.workers();
    expect(pod.metadata.ownerReferences).toMatchObject([
      { kind: 'Worker', uid: worker?.metadata.uid, controller: true },
    ]);
    await scene.untilWorkers([{ state: 'BUSY', currentRunID: id, registered: true }]);

    const launcher = await scene.startIn(pod);
    await scene.setPodStatus(pod, WORKING);
    await launcher.outcome('Succeeded');
    await scene.setPodStatus(pod, SUCCEEDED);

    await scene.untilNoPod();
    await scene.untilRun(id, { state: 'FINISHED', reason: 'Succeeded' });
    await scene.untilWorkers([{ state: 'IDLE' }]);
    expect((await scene.objects.workers())[0]?.status?.currentRunID).toBeUndefined();
  });

  test('follows another on the same Worker', async () => {
    const scene = await open();
    const runs = [await scene.trigger(), await scene.trigger()];
    for (const { id } of runs) {
      const pod = await eventually(async () => {
        const found = (await scene.runPods()).find(({ metadata }) => metadata.name.startsWith(id.toLowerCase()));
        if (!found) throw new Error(`run ${id} has no Pod`);
        return found;
      });
      const launcher = await scene.startIn(pod);
      await launcher.outcome('Succeeded');
      await scene.setPodStatus(pod, SUCCEEDED);
      await scene.untilRun(id, { state: 'FINISHED' });
    }
    await scene.untilNoPod();
    await scene.untilWorkers([{ state: 'IDLE' }]);
  });

  test('has one Pod although two controllers want to make it (invariant 1)', async () => {
    const scene = await open({ poolSize: 3 }, 2);
    const ids = [(await scene.trigger()).id, (await scene.trigger()).id, (await scene.trigger()).id];
    await eventually(async () => expect(await scene.runPods()).toHaveLength(3));
    await scene.untilWorkers([{ state: 'BUSY' }, { state: 'BUSY' }, { state: 'BUSY' }]);
    // Without a leader, one that has not heard of the run yet takes the Pod of the other away; it comes back by that name.
    await eventually(async () => {
      const names = (await scene.runPods()).map(({ metadata }) => metadata.name);
      expect(names.sort()).toEqual(ids.map((id) => `${id.toLowerCase()}-preparing-1`).sort());
    });
  });

  test('that is stopped before its Pod starts leaves no Pod', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    await scene.pod();
    await scene.controlPlane.admin.stop(id, 'not wanted');
    await scene.untilNoPod();
    await scene.untilWorkers([{ state: 'IDLE' }]);
    expect(['STOPPED', 'CANCELED']).toContain((await scene.run(id))?.state);
  });

  test('goes on while its Worker is scaled away, and the Worker goes after it (invariant 2)', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    const launcher = await scene.startIn(pod);
    await scene.setPodStatus(pod, WORKING);
    await scene.objects.scale(POOL, 0);
    await eventually(async () => expect((await scene.objects.pool(POOL))?.status?.desiredPoolSize).toBe(0));
    await eventually(async () =>
      expect(await scene.controlPlane.admin.workers((await scene.run(id))?.poolId ?? '')).toMatchObject([
        { retiring: true },
      ]),
    );
    expect((await scene.pod()).metadata).toMatchObject({ uid: pod.metadata.uid });
    expect((await scene.pod()).metadata.deletionTimestamp).toBeUndefined();

    await launcher.outcome('Succeeded');
    await scene.setPodStatus(pod, SUCCEEDED);
    await scene.untilRun(id, { state: 'FINISHED' });
    await eventually(async () => expect(await scene.objects.workers()).toEqual([]));
  });
});

describe('a Pod that is refused', () => {
  test('as invalid is explained, and made once the pool is mended', async () => {
    const scene = await open({ pod: TOO_SMALL });
    const { id } = await scene.trigger();
    const sentence = /The API server refuses the run's Pod as invalid: .*spec\.containers\[1\]\.resources\.requests/;
    await eventually(async () => expect(await scene.log(id)).toMatch(sentence));
    await eventually(async () => {
      const [worker] = await scene.objects.workers();
      expect(worker?.status?.conditions).toContainEqual(
        expect.objectContaining({
          type: 'RunPodStarted',
          status: 'False',
          reason: 'PodInvalid',
          message: expect.stringMatching(sentence),
        }),
      );
      const events = (await scene.objects.events()).filter(
        ({ reason, message }) => reason === 'PodInvalid' && sentence.test(message),
      );
      expect(events).toHaveLength(1);
    });
    await scene.objects.changePool(POOL, { pod: { workerContainer: { resources: { limits: { cpu: '2' } } } } });
    await scene.pod();
    await eventually(async () => {
      const [worker] = await scene.objects.workers();
      expect(worker?.status?.conditions?.map(({ type }) => type)).toEqual(['Registered']);
    });
  });

  test('by a quota is explained, and made once there is room', async () => {
    const scene = await open();
    await scene.forbidPods();
    const { id } = await scene.trigger();
    await eventually(async () =>
      expect(await scene.log(id)).toContain("can never take the run's Pod as it is: exceeded quota: none"),
    );
    await scene.untilWorkers([{ state: 'BUSY', currentRunID: id }]);
    await scene.allowPods();
    expect((await scene.pod()).metadata.labels).toMatchObject({ 'workers.spacelift.io/run-id': id });
  });

  test('by the pool itself, for its runner image, ends the run before there is a Pod', async () => {
    const scene = await open({ allowedRunnerImageHosts: ['registry.test'] });
    const { id } = await scene.triggerWithImage('alpine');
    await scene.untilRun(id, { state: 'FAILED', reason: 'ConfigError' });
    expect((await scene.run(id))?.message).toContain('comes from docker.io, but spec.allowedRunnerImageHosts');
    expect(await scene.runPods()).toEqual([]);
    await scene.untilWorkers([{ state: 'IDLE' }]);
  });
});

describe('a Pod that cannot start', () => {
  test('says why in the run’s log and on the Worker, and goes at once when waiting cannot help', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    const failing = waitingFor('ErrImagePull', 'manifest unknown');
    await scene.setPodStatus(pod, containers({ relay: running, worker: failing }, { phase: 'Pending' }));
    await eventually(async () => expect(await scene.log(id)).toContain('cannot be pulled: manifest unknown.'));
    const hopeless = waitingFor('ErrImageNeverPull');
    await scene.setPodStatus(pod, containers({ relay: running, worker: hopeless }, { phase: 'Pending' }));
    await scene.untilRun(id, { state: 'FAILED', reason: 'ImagePull' });
    await scene.untilNoPod();
    await scene.untilWorkers([{ state: 'IDLE' }]);
  });
});

describe('a Pod that ends without a word', () => {
  test('gives the run its outcome, and is kept for people to look at', async () => {
    const scene = await open({ pod: { workerContainer: { resources: { limits: { memory: '64Mi' } } } } });
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    await scene.startIn(pod);
    const killed = containers({ relay: exited(80), worker: exited(137, 'OOMKilled') }, { phase: 'Failed' });
    await scene.setPodStatus(pod, killed);
    await scene.untilRun(id, { state: 'FAILED', reason: 'OutOfMemory' });
    expect((await scene.run(id))?.message).toContain(
      'memory limit of 64Mi: raise spec.pod.workerContainer.resources.limits.memory',
    );
    await scene.untilWorkers([{ state: 'IDLE' }]);
    expect((await scene.pod()).metadata.uid).toBe(pod.metadata.uid);
  });

  test('is ended when a sidecar outlives it', async () => {
    const scene = await open({ pod: { additionalSidecarContainers: [{ name: 'dind', image: 'dind' }] } });
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    const launcher = await scene.startIn(pod);
    await launcher.outcome('UserFailed');
    await scene.setPodStatus(pod, containers({ relay: exited(1), worker: exited(1), extra: { dind: running } }));
    await scene.untilRun(id, { state: 'FAILED', reason: 'UserFailed' });
    await eventually(async () => expect((await scene.pod()).spec.activeDeadlineSeconds).toBe(1));
  });

  test('by deletion makes the run fail, once', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    await scene.startIn(pod);
    await scene.setPodStatus(pod, WORKING);
    await scene.removePod(pod);
    await scene.untilRun(id, { state: 'FAILED', reason: 'Evicted', attempt: 1 });
    await scene.untilWorkers([{ state: 'IDLE' }]);
    expect(await scene.runPods()).toEqual([]);
  });
});
