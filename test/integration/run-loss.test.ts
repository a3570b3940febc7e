import { describe, expect, test } from '@jest/globals';
import { eventually } from '../support/kube';
import { runScenes, SUCCEEDED, WORKING } from './run.fixtures';

const open = runScenes();

describe('the loss of a run', () => {
  test('is not seen in a Pod that only lost its label, which it gets back (invariant 8)', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    const launcher = await scene.startIn(pod);
    await scene.setPodStatus(pod, WORKING);
    await scene.removeLabel(pod, 'workers.spacelift.io/workerpool');
    await eventually(async () =>
      expect((await scene.pod()).metadata.labels).toHaveProperty(['workers.spacelift.io/workerpool']),
    );
    expect(await scene.run(id)).toMatchObject({ state: 'PLANNING' });
    await launcher.outcome('Succeeded');
    await scene.setPodStatus(pod, SUCCEEDED);
    await scene.untilRun(id, { state: 'FINISHED', reason: 'Succeeded' });
    await scene.untilNoPod();
  });

  test('is not believed of a node while the relay is heard', async () => {
    const scene = await open();
    const { id } = await scene.trigger();
    const pod = await scene.pod();
    const launcher = await scene.startIn(pod);
    const long = new Date(Date.now() - 600_000).toISOString().replace(/\.\d+Z$/, 'Z');
    await scene.setPodStatus(pod, {
      ...WORKING,
      conditions: [
        { type: 'Ready', status: 'False', lastTransitionTime: long },
        { type: 'ContainersReady', status: 'True' },
      ],
    });
    await scene.untilWorkers([{ conditions: [{ type: 'Registered' }, { type: 'Waiting', reason: 'NodeLost' }] }]);
    expect(await scene.run(id)).toMatchObject({ state: 'PLANNING' });
    await launcher.outcome('Succeeded');
    await scene.setPodStatus(pod, SUCCEEDED);
    await scene.untilRun(id, { state: 'FINISHED', reason: 'Succeeded' });
  });
});

test('a busy Worker that is deleted gets no further run, and goes when its run is over', async () => {
  const scene = await open();
  const [first, second] = [await scene.trigger(), await scene.trigger()];
  const pod = await scene.pod();
  const launcher = await scene.startIn(pod);
  await scene.setPodStatus(pod, WORKING);
  const [worker] = await scene.objects.workers();
  if (!worker) throw new Error('there is no Worker');
  await scene.removeWorker(worker.metadata.name);
  await eventually(async () =>
    expect((await scene.controlPlane.admin.workers(first.poolId)).filter(({ retiring }) => retiring)).toHaveLength(1),
  );
  await launcher.outcome('Succeeded');
  await scene.setPodStatus(pod, SUCCEEDED);
  await eventually(async () => {
    const names = (await scene.objects.workers()).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(1);
    expect(names).not.toContain(worker.metadata.name);
  });
  await eventually(async () => expect((await scene.run(second.id))?.attempt).toBe(1));
});

test('the status of a Worker that somebody else wrote over is put right', async () => {
  const scene = await open();
  const [worker] = await scene.objects.workers();
  await scene.overwriteStatus(worker?.metadata.name ?? '', { state: 'BUSY', currentRunID: 'nobody’s' });
  await scene.untilWorkers([{ state: 'IDLE' }]);
  expect((await scene.objects.workers())[0]?.status?.currentRunID).toBeUndefined();
});
