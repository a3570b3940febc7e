import { REASON } from '../../api/conditions';
import { sentences, type PoolRef, type Problem } from '../run';
import { reasonOfRefusedPod } from '../reasons';
import { backoffMs } from '../../time';
import { explainRefusal, refusalOf } from '../runtime';
import type { Refusal } from './memory';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Why the API server does not take the run's Pod; undefined when it is only slow, or the error is not its own. */
export function refusedPod(error: unknown, { namespace, name }: PoolRef): Problem | undefined {
  const refused = refusalOf(error);
  if (!refused || refused.transient) return undefined;
  const sentence = explainRefusal(refused, {
    object: "the run's Pod",
    verb: 'create',
    namespace,
    field: `spec.pod of WorkerPool ${namespace}/${name}`,
    then: 'the Pod is then created by itself',
  });
  const outcome = refused.waitingHelps ? 'StartTimeout' : 'ConfigError';
  return problem(refused.key, reasonOfRefusedPod(refused.kind), sentence, outcome);
}

/** Somebody else's Pod has the name of the run's. */
export function nameTaken(name: string): Problem {
  return problem(`name-taken:${name}`, REASON.podRefused, sentences.podNameTaken(name), 'ConfigError');
}

/** Each refusal in a row doubles the time to the next attempt, more or less: what refused many is not asked by all at once. */
export function refusal(
  why: Problem,
  before: Refusal | undefined,
  poolGeneration: number | undefined,
  now: number,
  random: () => number,
): Refusal {
  const count = (before?.poolGeneration === poolGeneration ? (before?.count ?? 0) : 0) + 1;
  const delay = backoffMs(count, { firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS, random });
  return { problem: why, count, retryAt: now + delay, poolGeneration };
}

function problem(key: string, reason: string, sentence: string, outcome: Problem['outcome']): Problem {
  return { key, reason, sentence, detailed: true, outcome, hopeless: false };
}
