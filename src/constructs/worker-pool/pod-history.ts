import type { Duration } from 'cdk8s';

/** Which finished Pods stay; a Pod goes when either limit is passed. */
export interface PodHistory {
  /**
   * Number of Pods of each Worker that stay, newest first; 0 removes them at once.
   *
   * @default - no limit by number
   */
  readonly limit?: number;

  /**
   * Age, from the Pod's creation, at which it goes, in whole seconds.
   *
   * @default - no limit by age
   */
  readonly ttl?: Duration;
}
