import { CONTAINER } from '../../api/names';
import { idsOfAttempt } from '../../tracing/run-ids';
import type { OverSpan } from '../../tracing/spans';
import { attemptOf, containerState, type RunPod } from '../run';

/** Conditions of a Pod that are steps on its way, with the word that spans have for them. */
const STEPS = { PodScheduled: 'scheduled', Initialized: 'initialized' } as const;

/**
 * What the kubelet and the scheduler say of an ended run Pod, to the second, as parts of its attempt: when it was given to
 * a node, and how long each of our containers ran.
 */
export function spansOfPod(pod: RunPod): readonly OverSpan[] {
  const attempt = attemptOf(pod);
  const createdAt = timeOf(pod.metadata.creationTimestamp);
  if (!attempt || createdAt === undefined) return [];
  const parent = idsOfAttempt(attempt.runId, attempt.attempt);
  const containers = Object.values<string>(CONTAINER).flatMap((name) => containerSpan(pod, name));
  const endedAt = Math.max(createdAt, ...containers.map((span) => span.endedAt));
  const events = (pod.status?.conditions ?? []).flatMap(({ type, status, lastTransitionTime }) => {
    const at = timeOf(lastTransitionTime);
    return type in STEPS && status === 'True' && at !== undefined
      ? [{ name: STEPS[type as keyof typeof STEPS], at }]
      : [];
  });
  const attributes = { 'k8s.pod.uid': pod.metadata.uid ?? '' };
  const whole = { name: 'Pod', startedAt: createdAt, endedAt, attributes, events };
  return [whole, ...containers].map((span) => ({ ...span, parent }));
}

function containerSpan(pod: RunPod, name: string): OverSpan[] {
  const ended = containerState(pod, name)?.terminated;
  const [startedAt, endedAt] = [timeOf(ended?.startedAt), timeOf(ended?.finishedAt)];
  if (!ended || startedAt === undefined || endedAt === undefined) return [];
  const attributes = { 'process.exit.code': ended.exitCode };
  return [{ name: `container ${name}`, startedAt, endedAt, attributes, error: errorOf(ended) }];
}

function errorOf({ exitCode, reason }: { readonly exitCode: number; readonly reason?: string }): string | undefined {
  return exitCode === 0 ? undefined : (reason ?? 'Error');
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
