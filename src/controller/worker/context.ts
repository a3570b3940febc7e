import type { Clock } from '../../time';
import type { Caches } from '../caches';
import type { PoolRegistry } from '../pool-registry';
import type { KubeClient, Logger } from '../runtime';
import type { Memories } from './memory';

/** What `gather` reads. */
export interface Sources {
  readonly caches: Caches;
  readonly pools: PoolRegistry;
  readonly memories: Memories;
}

/** What `apply` works with. */
export interface ApplyContext extends Sources {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly logger: Logger;
}
