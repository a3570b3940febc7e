/** Which Pods of ended runs are kept, by the fields of the WorkerPool that say so. */
import { afterEach, expect, test } from '@jest/globals';
import type { WorkerPoolSpec } from '../../src/api';
import { LABEL } from '../../src/api';
import { systemClock } from '../../src/time';
import { containers, exited } from '../controller/run/fixtures';
import { startController, type RunningController } from '../support/controlled-pool';
import { eventually } from '../support/kube';
import { forFile, POOL } from './pool.fixtures';
import { RunScene, SUCCEEDED } from './run.fixtures';

const HOUR_MS = 3_600_000;
const FAILED = containers({ relay: exited(1), worker: exited(1) }, { phase: 'Failed' });

const file = forFile();
let scene: RunScene;
let controller: RunningController;
/** By how much the controller's clock is ahead. */
let ahead = 0;

const start = async (): Promise<void> => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  controller = await startController(scene.objects.namespace, {}, { clock });
};

afterEach(async () => {
  await controller.stop();
  await scene.close();
});

/** Carries a run out on the only Worker, well or not. */
async function carryOut(succeeds: boolean): Promise<string> {
  const { id } = await scene.trigger();
  const pod = await eventually(async () => {
    const found = (await scene.runPods()).find(({ metadata }) => metadata.labels?.[LABEL.runId] === id);
    if (!found) throw new Error(`run ${id} has no Pod`);
    return found;
  });
  const launcher = await scene.startIn(pod);
  await launcher.outcome(succeeds ? 'Succeeded' : 'UserFailed');
  await scene.setPodStatus(pod, succeeds ? SUCCEEDED : FAILED);
  await scene.untilRun(id, { state: succeeds ? 'FINISHED' : 'FAILED' });
  await scene.untilWorkers([{ state: 'IDLE' }]);
  return id;
}

const runsOf = async (): Promise<(string | undefined)[]> =>
  (await scene.runPods()).map(({ metadata }) => metadata.labels?.[LABEL.runId]).sort();

interface Row {
  readonly field: string;
  readonly spec: WorkerPoolSpec;
  readonly succeeds: boolean;
  /** Of two runs, the newest that are kept when both are over. */
  readonly kept: number;
  /** … and two hours later. */
  readonly later: number;
}

const ROWS: readonly Row[] = [
  { field: 'no field: successful ones go', spec: {}, succeeds: true, kept: 0, later: 0 },
  { field: 'no field: failed ones stay', spec: {}, succeeds: false, kept: 2, later: 2 },
  { field: 'successfulPodsHistoryLimit', spec: { successfulPodsHistoryLimit: 1 }, succeeds: true, kept: 1, later: 1 },
  { field: 'successfulPodsHistoryTTL', spec: { successfulPodsHistoryTTL: '1h' }, succeeds: true, kept: 2, later: 0 },
  { field: 'failedPodsHistoryLimit', spec: { failedPodsHistoryLimit: 1 }, succeeds: false, kept: 1, later: 1 },
  { field: 'failedPodsHistoryTTL', spec: { failedPodsHistoryTTL: '1h' }, succeeds: false, kept: 2, later: 0 },
  { field: 'keepSuccessfulPods', spec: { keepSuccessfulPods: true }, succeeds: true, kept: 2, later: 2 },
];

test.each(ROWS)('$field', async ({ spec, succeeds, kept, later }) => {
  ahead = 0;
  scene = await RunScene.open(file.controlPlane, { ...spec, poolSize: 0 }, 0);
  await start();
  await scene.objects.scale(POOL, 1);
  await scene.untilWorkers([{ state: 'IDLE' }]);
  const first = await carryOut(succeeds);
  const second = await carryOut(succeeds);
  const newest = (count: number): string[] => [first, second].slice(2 - count).sort();
  await eventually(async () => expect(await runsOf()).toEqual(newest(kept)));

  await controller.stop();
  ahead = 2 * HOUR_MS;
  await start();
  await scene.objects.untilSettled(POOL);
  await eventually(async () => expect(await runsOf()).toEqual(newest(later)));
});
