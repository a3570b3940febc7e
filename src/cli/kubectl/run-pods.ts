import { CONTAINER, LABEL, type Worker } from '../../api';
import { workerKeyOf, workerUidOf } from '../../controller/resources';
import {
  attemptOf,
  containerState,
  hasSucceeded,
  isLive,
  startProblem,
  workerBegan,
  type RunPod,
} from '../../controller/run';
import { spanInWords } from '../../time';

export { isLive };

/** A run's Pod as people ask for it. */
export interface RunRow {
  readonly run: string;
  readonly stage: string;
  readonly namespace: string;
  readonly pod: string;
  readonly worker: string;
  readonly pool: string;
  readonly node: string;
  readonly state: string;
  readonly createdAt: string;
}

/** What the Pod does: whether something of its run goes on comes first. */
export function stateOf(pod: RunPod): string {
  if (!isLive(pod)) return hasSucceeded(pod) ? 'Succeeded' : 'Failed';
  if (pod.metadata.deletionTimestamp) return 'Stopping';
  if (workerBegan(pod)) return 'Running';
  const problem = startProblem(pod, refOf(pod));
  if (problem) return `Waiting (${problem.reason})`;
  return containerState(pod, CONTAINER.init)?.running ? 'Preparing' : 'Starting';
}

/** What keeps it from starting, as a sentence. */
export const troubleOf = (pod: RunPod): string | undefined =>
  isLive(pod) && !workerBegan(pod) ? startProblem(pod, refOf(pod))?.sentence : undefined;

const refOf = ({ metadata }: RunPod) => ({
  namespace: metadata.namespace ?? '',
  name: poolOfWorker(workerOf(metadata)),
});

/** Name of the Worker that a Pod belongs to. */
const workerOf = (metadata: RunPod['metadata']): string => workerKeyOf({ metadata })?.split('/')[1] ?? '';

/** A Worker is named after its pool, with a dash and its ULID. */
const poolOfWorker = (worker: string): string => worker.slice(0, -27);

export function rowOf(pod: RunPod): RunRow {
  const { metadata, spec } = pod;
  const attempt = attemptOf(pod);
  const worker = workerOf(metadata);
  return {
    run: attempt?.runId ?? metadata.labels?.[LABEL.runId] ?? '',
    stage: attempt ? `${attempt.stage}${attempt.attempt > 1 ? ` (${attempt.attempt})` : ''}` : '',
    namespace: metadata.namespace ?? '',
    pod: metadata.name,
    worker,
    pool: poolOfWorker(worker),
    node: spec.nodeName ?? '',
    state: stateOf(pod),
    createdAt: metadata.creationTimestamp ?? '',
  };
}

export const ageOf = (time: string | undefined, now: number): string =>
  time === undefined || time === '' ? '' : spanInWords(now - Date.parse(time));

/** Oldest first: what was there before stays where it was. */
export const oldestFirst = (pods: readonly RunPod[]): RunPod[] =>
  [...pods].sort((a, b) => String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)));

/** The Pods that somebody means by the name of a Pod, a run, a Worker (or the ULID of either), or a pool. */
export function podsNamed(name: string, pods: readonly RunPod[], workers: readonly Worker[]): RunPod[] {
  const id = name.toUpperCase();
  const uids = workers
    .filter(({ metadata }) => metadata.name === name || metadata.name.toUpperCase().endsWith(`-${id}`))
    .map(({ metadata }) => metadata.uid);
  const ways: ((pod: RunPod) => boolean)[] = [
    ({ metadata }) => metadata.name === name,
    (pod) => rowOf(pod).run === id,
    (pod) => uids.includes(workerUidOf(pod) ?? ''),
    (pod) => rowOf(pod).pool === name,
  ];
  for (const way of ways) {
    const found = pods.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}
