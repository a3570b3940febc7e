import { REASON, type WorkerPool } from '../../api';
import { buildRunPod } from '../run/build';
import type { RunPod } from '../run/pod';
import { isForbidden, isInvalid, isQuotaExceeded, KubeError, PODS, type KubeClient } from '../runtime';
import type { TemplateVerdict } from './snapshot';

/** A run and a Worker that do not exist: nothing is stored by a dry run. */
const SAMPLE_ID = '00000000000000000000000000';
const SAMPLE_IMAGE = 'image.invalid/dry-run';

/**
 * Asks the API server, without storing anything, whether it would take a run Pod of this pool.
 * @throws KubeError when the server could not say.
 */
export async function checkTemplate(client: KubeClient, pool: WorkerPool, poolUlid: string): Promise<TemplateVerdict> {
  const pod = samplePod(pool, poolUlid);
  try {
    await client.create(PODS, pool.metadata.namespace, pod, { dryRun: true });
    return { valid: true };
  } catch (error) {
    const verdict = verdictOf(error);
    if (verdict) return verdict;
    throw error;
  }
}

/** What a refusal says of the template; undefined when it says nothing, because the server could not answer. */
export function verdictOf(error: unknown): TemplateVerdict | undefined {
  if (!(error instanceof KubeError)) return undefined;
  const { status } = error;
  const message = `The API server refuses run Pods of this pool: ${withoutPodName(error.message)}`;
  if (isQuotaExceeded(error))
    return { valid: false, problem: { reason: REASON.quotaExceeded, message }, mayPassLater: true };
  if (isForbidden(error)) return { valid: false, problem: { reason: REASON.podRefused, message }, mayPassLater: true };
  if (isInvalid(error) || status === 400) {
    return { valid: false, problem: { reason: REASON.podInvalid, message }, mayPassLater: false };
  }
  return undefined;
}

function samplePod(pool: WorkerPool, poolUlid: string): RunPod {
  const pod = buildRunPod({
    pool,
    poolUlid,
    worker: { metadata: { ...pool.metadata, name: `${pool.metadata.name}-dry-run` } },
    workerId: SAMPLE_ID,
    assignment: {
      runId: SAMPLE_ID,
      stage: 'preparing',
      attempt: 1,
      fence: 1,
      vendor: 'opentofu',
      launcherImage: SAMPLE_IMAGE,
      defaultRunnerImage: SAMPLE_IMAGE,
      startDeadline: 0,
      started: false,
      stop: null,
    },
  });
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } };
}

/** `Pod "x" is invalid: spec…` names a Pod that nobody has; what follows is what the person needs. */
function withoutPodName(message: string): string {
  return message.replace(/^.*?pods? "[^"]*" is (invalid|forbidden): /is, '');
}
