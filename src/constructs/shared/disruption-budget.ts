import type { PercentOrAbsolute } from 'cdk8s-plus-28';

/** Pods that stay when nodes are drained. At most one of the two may be set. */
export interface DisruptionBudget {
  /**
   * Pods that must stay.
   *
   * @default - unset
   */
  readonly minAvailable?: PercentOrAbsolute;

  /**
   * Pods that may be missing.
   *
   * @default PercentOrAbsolute.absolute(1)
   */
  readonly maxUnavailable?: PercentOrAbsolute;
}
