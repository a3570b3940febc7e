import { REASON } from '../../api/conditions';
import { sentences, type PoolRef, type Problem } from '../run';
import { isForbidden, isInvalid, isNotFound, isQuotaExceeded, KubeError } from '../runtime';
import type { Refusal } from './memory';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Why the API server does not take the run's Pod; undefined when the error says nothing about the Pod. */
export function refusedPod(error: unknown, ref: PoolRef): Problem | undefined {
  if (!(error instanceof KubeError)) return undefined;
  const detail = withoutRequest(error.message);
  if (isQuotaExceeded(error)) {
    return problem(REASON.quotaExceeded, sentences.quotaExceeded(ref, detail), 'StartTimeout');
  }
  if (isInvalid(error)) return problem(REASON.podInvalid, sentences.podInvalid(ref, detail), 'ConfigError');
  // 404: a namespace, priority class or other thing that admission looks up is missing.
  if (isForbidden(error) || isNotFound(error)) {
    return problem(REASON.podRefused, sentences.podRefused(ref, detail), 'ConfigError');
  }
  return undefined;
}

/** Somebody else's Pod has the name of the run's. */
export function nameTaken(name: string): Problem {
  return problem(REASON.podRefused, sentences.podNameTaken(name), 'ConfigError');
}

/** Each refusal in a row doubles the time to the next attempt. */
export function refusal(
  why: Problem,
  before: Refusal | undefined,
  poolGeneration: number | undefined,
  now: number,
): Refusal {
  const count = (before?.poolGeneration === poolGeneration ? (before?.count ?? 0) : 0) + 1;
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (count - 1), LONGEST_RETRY_MS);
  return { problem: why, count, retryAt: now + delay, poolGeneration };
}

function problem(reason: string, sentence: string, outcome: Problem['outcome']): Problem {
  return { key: `${reason}:${sentence}`, reason, sentence, detailed: true, outcome, hopeless: false };
}

/** What the API server said, without our request and without the name of a Pod that does not exist. */
function withoutRequest(message: string): string {
  return message
    .replace(/^(GET|POST|PUT|PATCH|DELETE) \S+: /, '')
    .replace(/^pods? "[^"]*" is (invalid|forbidden): /i, '');
}
