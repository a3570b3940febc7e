import { monotonicFactory } from 'ulid';
import type { Worker, WorkerPool } from '../../src/api';
import { workerIdOf } from '../../src/controller/resources';
import type { RunState } from '../../src/control-plane/store/records';
import { buildRunPod } from '../../src/controller/run';
import { PARALLEL } from './api-client';
import { auditPosition, CONTROLLER_AGENT, countRequests, type RequestCount } from './audit';
import { BARE_NAMESPACE, podsPath, STACK, workerPool, workerPoolsPath, type Laboratory } from './laboratory';
import type { Observer } from './observer';
import { atOnce, secondsOf, sleep, turn, until } from '../support/waiting';

/** The longest that anything may take, in seconds. */
const PATIENCE = 300;
/** After the last Pod is gone: what the controller still has to write. */
const AFTERMATH_MS = 3_000;

/** Seconds from the WorkerPool to so many Workers that the control plane knows and whose status says so. */
export async function registerWorkers(
  { client, controlPlane, pool, signal }: Laboratory,
  observer: Observer,
  count: number,
) {
  const { admin } = controlPlane;
  const isKnown = async (): Promise<boolean> =>
    (await admin.workers(pool.id)).filter(({ removed }) => !removed).length === count;
  return secondsOf(async () => {
    await client.create(workerPoolsPath, workerPool(count));
    // The cheap question first: the control plane runs in this process.
    const isDone = async (): Promise<boolean> => observer.idleWorkers === count && (await isKnown());
    await until(`registering ${count} Workers`, PATIENCE, isDone, signal);
  });
}

/** Seconds of creating so many run Pods with nothing around it; they are gone again when it returns. */
export async function bareRound(
  { client, bareClient, pool, signal }: Laboratory,
  observer: Observer,
  count: number,
): Promise<number> {
  const template = await client.request<WorkerPool>('GET', `${workerPoolsPath}/bench`);
  const ulid = monotonicFactory();
  const bodies = (observer.workerObjects() as unknown as Worker[]).slice(0, count).map((worker) => ({
    ...buildRunPod({
      assignment: {
        runId: ulid(),
        stage: 'preparing',
        attempt: 1,
        fence: 1,
        vendor: 'opentofu',
        launcherImage: 'example.test/launcher:1',
        defaultRunnerImage: 'example.test/runner:1',
        startDeadline: Date.now(),
        started: false,
        stop: null,
      },
      pool: template,
      poolUlid: pool.id,
      worker: { metadata: { ...worker.metadata, namespace: BARE_NAMESPACE } },
      workerId: workerIdOf(worker) ?? '',
    }),
  }));
  const path = podsPath(BARE_NAMESPACE);
  const seconds = await secondsOf(() => atOnce(PARALLEL, bodies, (body) => bareClient.create(path, body)));
  await client.request('DELETE', path, JSON.stringify({ gracePeriodSeconds: 0 }));
  await until('deleting the Pods of the bare client', PATIENCE, () => observer.barePods.size === 0, signal);
  return seconds;
}

export interface RunRound {
  /** From the moment at which every run is assigned, and the controller may hear of it, to the last Pod that exists. */
  readonly podsSeconds: number;
  /** CPU time of the controller for all of the runs' lives; null where the system does not tell. */
  readonly cpuSeconds: number | null;
  /** What the controller asked the API server over all of the runs' lives. */
  readonly requests: readonly RequestCount[];
}

/** Lets the controller loose on so many assigned runs, plays their Pods to the end, and waits until nothing is left of them. */
export async function runRound(laboratory: Laboratory, observer: Observer, count: number): Promise<RunRound> {
  const { auditLog, controlPlane, controller, player, signal } = laboratory;
  const { admin } = controlPlane;
  const from = auditPosition(auditLog);
  const before = controller.usage();
  const ids: string[] = [];
  const notIn = async (state: RunState): Promise<string[]> => {
    const runs = await Promise.all(ids.map((id) => admin.run(id)));
    return runs.flatMap((run) => (run && run.state !== state ? run.id : []));
  };
  controller.pause();
  for (let made = 0; made < count; made += 1) {
    ids.push((await admin.createRun({ stack: STACK, type: 'PROPOSED' })).id);
    await turn();
  }
  const unassigned = (await notIn('PREPARING')).length;
  if (unassigned > 0) throw new Error(`${unassigned} of ${count} runs were not assigned to an idle Worker`);
  const podsSeconds = await secondsOf(() => {
    controller.resume();
    return until(`${count} Pods for ${count} runs`, PATIENCE, () => observer.pods.size === count, signal);
  });
  await atOnce(PARALLEL, [...observer.pods.values()], (pod) => player.play(pod));
  const isOver = (): boolean => observer.pods.size === 0 && observer.idleWorkers === count;
  await until('the end of the runs', PATIENCE, isOver, signal);
  const unfinished = await notIn('FINISHED');
  if (unfinished.length > 0) throw new Error(`${unfinished.length} of ${count} runs did not finish: ${unfinished[0]}`);
  await sleep(AFTERMATH_MS, undefined, { signal });
  const after = controller.usage();
  return {
    podsSeconds,
    cpuSeconds: after.cpuSeconds === null || before.cpuSeconds === null ? null : after.cpuSeconds - before.cpuSeconds,
    requests: countRequests(auditLog, CONTROLLER_AGENT, from, auditPosition(auditLog)),
  };
}
