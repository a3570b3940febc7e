import { DEFAULTS } from '../../api/defaults';
import type { WorkerPoolSpec } from '../../api';
import { parseDuration } from '../../time';
import { hasSucceeded, type RunPod } from './pod';

interface HistoryDecision {
  readonly remove: readonly RunPod[];
  /** When the next kept Pod comes of age, in ms since the epoch. */
  readonly nextAt: number | undefined;
}

interface Limits {
  /** @default - no limit by count */
  readonly count: number | undefined;
  /** Since the Pod's creation, in ms. @default - no limit by age */
  readonly ageMs: number | undefined;
}

/** Which of a Worker's ended Pods the pool's history limits no longer keep: per outcome, the oldest first. */
export function applyHistoryLimits(ended: readonly RunPod[], spec: WorkerPoolSpec, now: number): HistoryDecision {
  const successful = ended.filter(hasSucceeded);
  const failed = ended.filter((pod) => !hasSucceeded(pod));
  const parts = [limit(successful, successLimits(spec), now), limit(failed, failureLimits(spec), now)];
  const times = parts.flatMap(({ nextAt }) => nextAt ?? []);
  return {
    remove: parts.flatMap(({ remove }) => remove),
    nextAt: times.length > 0 ? Math.min(...times) : undefined,
  };
}

function limit(pods: readonly RunPod[], { count, ageMs }: Limits, now: number): HistoryDecision {
  const newestFirst = [...pods].sort(
    (a, b) => createdAt(b) - createdAt(a) || (a.metadata.name < b.metadata.name ? 1 : -1),
  );
  const isKept = (pod: RunPod, index: number): boolean =>
    (count === undefined || index < count) && (ageMs === undefined || now - createdAt(pod) <= ageMs);
  const kept = newestFirst.filter(isKept);
  const oldest = kept.at(-1);
  return {
    remove: newestFirst.filter((pod, index) => !isKept(pod, index)).reverse(),
    nextAt: oldest && ageMs !== undefined ? createdAt(oldest) + ageMs + 1 : undefined,
  };
}

function successLimits(spec: WorkerPoolSpec): Limits {
  const { successfulPodsHistoryLimit: count, successfulPodsHistoryTTL: ttl, keepSuccessfulPods } = spec;
  // The field that history limits replaced: it counts only while none of them is set.
  if (keepSuccessfulPods && count === undefined && ttl === undefined) return { count: undefined, ageMs: undefined };
  return limits(count, ttl, DEFAULTS.successfulPodsHistoryLimit);
}

function failureLimits(spec: WorkerPoolSpec): Limits {
  return limits(spec.failedPodsHistoryLimit, spec.failedPodsHistoryTTL, DEFAULTS.failedPodsHistoryLimit);
}

/** A time to live that is no duration counts as unset, so that a slip keeps the default and not every Pod for ever. */
function limits(count: number | undefined, ttl: string | undefined, defaultCount: number): Limits {
  const ageMs = ttl === undefined ? undefined : parseDuration(ttl);
  return { count: count ?? (ageMs === undefined ? defaultCount : undefined), ageMs };
}

function createdAt(pod: RunPod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
