import { createHash } from 'node:crypto';
import { LABEL, REASON, type WorkerPool } from '../../api';
import { backoffMs, type Clock } from '../../time';
import { reasonOfRefusedPod } from '../reasons';
import { buildRunPod, type RunImages, type RunPod } from '../run';
import { CONFIG_MAPS, explainRefusal, messageOf, PODS, refusalOf, type KubeClient, type Logger } from '../runtime';
import type { PoolMemory } from './memory';
import { policyProblem, policySourceOf, type ConfigMap } from './policy-check';
import type { Problem, TemplateVerdict } from './snapshot';

/** A run and a Worker that do not exist: nothing is stored by a dry run. */
const SAMPLE_ID = '00000000000000000000000000';
/** Stands for images that are not known: nothing that is said of it is said of them. */
const UNKNOWN_IMAGE = 'image.invalid/unknown';
/** What was not accepted is asked again: somebody may have mended the cause outside of the pool. */
const ASK_AGAIN = { firstMs: 2_000, longestMs: 60_000 };

/** A run Pod as the pool would have it. */
export interface Template {
  readonly pod: RunPod;
  readonly key: string;
  readonly imagesKnown: boolean;
}

export function templateOf({ pool, session, images }: Pick<PoolMemory, 'pool' | 'session' | 'images'>): Template {
  const { launcherImage, defaultRunnerImage } = pool.spec?.pod ?? {};
  const imagesKnown = images !== undefined || Boolean(launcherImage && defaultRunnerImage);
  const ulid = session?.ulid ?? pool.metadata.labels?.[LABEL.poolUlid] ?? SAMPLE_ID;
  const pod = samplePod(pool, ulid, images ?? { launcherImage: UNKNOWN_IMAGE, defaultRunnerImage: UNKNOWN_IMAGE });
  return { pod, key: createHash('sha256').update(JSON.stringify(pod)).digest('base64'), imagesKnown };
}

/** The same of a pool of which nothing but its object is known. */
export const sampleRunPod = (pool: WorkerPool): Template => templateOf({ pool, session: undefined, images: undefined });

interface TemplateChecksOptions {
  /** One of its own: webhooks that hang must not take the connections of what is more than advice. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
}

/** Asks the API server, beside the passes and without storing anything, whether it would take a pool's run Pods. */
export class TemplateChecks {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: TemplateChecksOptions) {}

  /** Returns at once; `done` is called when the memory holds the answer. */
  start(memory: PoolMemory, done: () => void): void {
    memory.asksTemplate = true;
    const check = this.check(memory).finally(() => {
      this.running.delete(check);
      memory.asksTemplate = false;
      if (!this.stopping.signal.aborted) done();
    });
    this.running.add(check);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
    await this.options.client.close();
  }

  private async check(memory: PoolMemory): Promise<void> {
    const { clock, random } = this.options;
    const template = templateOf(memory);
    const verdict = await this.ask(memory.pool, template);
    const accepted = verdict.state === 'accepted';
    const before = memory.template?.key === template.key ? memory.template.failures : 0;
    const failures = accepted ? 0 : before + 1;
    memory.template = {
      key: template.key,
      verdict,
      failures,
      ...(!accepted && { retryAt: clock.now() + backoffMs(failures, { ...ASK_AGAIN, random }) }),
    };
  }

  private async ask(pool: WorkerPool, { pod, imagesKnown }: Template): Promise<TemplateVerdict> {
    const { client, logger } = this.options;
    const { namespace, name } = pool.metadata;
    try {
      await client.create(PODS, namespace, pod, { dryRun: true, signal: this.stopping.signal });
      const problem = await this.problemOfPolicy(pod, namespace);
      if (problem) return { state: 'refused', problem };
      return imagesKnown ? { state: 'accepted' } : IMAGES_UNKNOWN;
    } catch (error) {
      const verdict = verdictOf(error, namespace, imagesKnown);
      logger.debug({ pool: `${namespace}/${name}`, err: error, verdict: verdict.state }, 'a dry run was not accepted');
      return verdict;
    }
  }

  /** What no dry run asks about. Where it cannot be read nothing is known. */
  private async problemOfPolicy(pod: RunPod, namespace: string): Promise<Problem | undefined> {
    const source = policySourceOf(pod);
    if (!source) return undefined;
    const { client, logger } = this.options;
    try {
      const { signal } = this.stopping;
      const found = await client.get<ConfigMap>(CONFIG_MAPS, namespace, source.configMap, { signal });
      return policyProblem(source, namespace, found);
    } catch (error) {
      if (refusalOf(error)?.kind !== 'rights') throw error;
      logger.debug({ err: error }, 'a policy could not be looked at');
      return undefined;
    }
  }
}

const IMAGES_UNKNOWN: TemplateVerdict = {
  state: 'unaskable',
  problem: {
    reason: REASON.notChecked,
    message: 'Not checked: the images of the runs are not known before the control plane was heard.',
  },
};

/** What a failed dry run says of the pool's run Pods. */
export function verdictOf(error: unknown, namespace: string, imagesKnown: boolean): TemplateVerdict {
  const refusal = refusalOf(error);
  if (!refusal) {
    const message = `Not checked: ${messageOf(error)}`;
    return { state: 'unanswered', problem: { reason: REASON.apiServerUnavailable, message } };
  }
  // A policy may mean the very images that only stand for the real ones; Pod Security looks at no image.
  const isOfImages = refusal.kind === 'policy' && !/violates PodSecurity "/.test(refusal.detail);
  if (isOfImages && !imagesKnown) return IMAGES_UNKNOWN;
  const sentence = explainRefusal(refusal, {
    object: 'run Pods of this pool',
    verb: 'create',
    namespace,
    field: 'spec.pod',
    then: 'it is checked again by itself',
  });
  if (refusal.kind === 'dry-run-unsupported') {
    return { state: 'unaskable', problem: { reason: REASON.notChecked, message: `Not checked: ${sentence}` } };
  }
  const reason = reasonOfRefusedPod(refusal.kind);
  // Whoever may not ask for a dry run may not create the Pod either.
  if (refusal.judged || refusal.kind === 'rights') return { state: 'refused', problem: { reason, message: sentence } };
  return { state: 'unanswered', problem: { reason, message: `Not checked: ${sentence}` } };
}

function samplePod(pool: WorkerPool, poolUlid: string, images: RunImages): RunPod {
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
      ...images,
      startDeadline: 0,
      started: false,
      stop: null,
    },
  });
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } };
}
