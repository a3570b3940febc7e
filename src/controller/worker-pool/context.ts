import type { Clock } from '../../time';
import type { Connect, SessionLeadership } from '../../protocol/client';
import type { Caches } from '../caches';
import type { KubeClient, Logger } from '../runtime';
import type { WorkerMetrics } from '../worker-metrics';
import type { Pools } from './pools';
import type { Registrations } from './registration/registrations';
import type { TemplateChecks } from './template-check';

/** What `gather` reads. */
export interface Sources {
  readonly caches: Caches;
  readonly pools: Pools;
}

/** What `apply` works with. */
export interface ApplyContext extends Sources {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A new ULID, higher than the last. */
  readonly newId: () => string;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  /** Opens sessions over each transport. */
  readonly connect: { readonly mqtt: Connect; readonly poll: Connect };
  /** The right to speak for the pools. */
  readonly leadership: SessionLeadership;
  /** Version of the controller, told to the control plane. */
  readonly version: string;
  readonly templateChecks: TemplateChecks;
  readonly registrations: Registrations;
  /** Asks for a pass of the pool with this key. */
  readonly requeue: (poolKey: string) => void;
}
