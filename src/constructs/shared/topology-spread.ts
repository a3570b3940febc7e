import type { Topology } from 'cdk8s-plus-28';
import type { TopologySpreadConstraint } from '../../api';
import { isWholeNumber, wholeNumber } from '../../charting/rule';
import { invalidArgument } from './checks';

/** What the scheduler does with a Pod for which no domain is even enough. */
export enum UnsatisfiableSpread {
  /** The Pod waits. */
  DO_NOT_SCHEDULE = 'DoNotSchedule',
  /** The Pod goes where the spread is least uneven. */
  SCHEDULE_ANYWAY = 'ScheduleAnyway',
}

/** Options of a `TopologySpread`. */
export interface TopologySpreadOptions {
  /**
   * By how many Pods the fullest domain may be ahead of the emptiest.
   *
   * @default 1
   */
  readonly maxSkew?: number;

  /**
   * What happens with a Pod for which no domain is even enough.
   *
   * @default UnsatisfiableSpread.SCHEDULE_ANYWAY
   */
  readonly whenUnsatisfiable?: UnsatisfiableSpread;

  /**
   * Domains that there have to be. Fewer count as uneven. Only with `DO_NOT_SCHEDULE`.
   *
   * @default - any number
   */
  readonly minDomains?: number;

  /**
   * Labels of the Pods that are counted.
   *
   * @default - the run Pods of this pool
   */
  readonly labels?: Record<string, string>;
}

/** How run Pods are spread over zones, nodes or other domains. */
export class TopologySpread {
  /**
   * Spreads over the domains of a topology.
   *
   * @param topology for example `Topology.ZONE`
   * @param options how even, and which Pods count
   * @throws where a number is below 1, or `minDomains` is set without `DO_NOT_SCHEDULE`
   */
  public static over(topology: Topology, options: TopologySpreadOptions = {}): TopologySpread {
    return new TopologySpread(topology, options);
  }

  private constructor(
    private readonly topology: Topology,
    private readonly options: TopologySpreadOptions,
  ) {
    const { maxSkew = 1, minDomains = 1, whenUnsatisfiable } = options;
    const call = 'TopologySpread.over';
    if (!isWholeNumber(maxSkew, 1)) throw invalidArgument(call, 'maxSkew', maxSkew, wholeNumber(1));
    if (!isWholeNumber(minDomains, 1)) throw invalidArgument(call, 'minDomains', minDomains, wholeNumber(1));
    if (options.minDomains !== undefined && whenUnsatisfiable !== UnsatisfiableSpread.DO_NOT_SCHEDULE) {
      throw invalidArgument(call, 'minDomains', minDomains, 'unset, unless whenUnsatisfiable is DO_NOT_SCHEDULE');
    }
  }

  /** @internal */
  public _toConstraint(podsOfThePool: () => Record<string, string>): TopologySpreadConstraint {
    const { maxSkew, whenUnsatisfiable, minDomains, labels } = this.options;
    return {
      maxSkew: maxSkew ?? 1,
      topologyKey: this.topology.key,
      whenUnsatisfiable: whenUnsatisfiable ?? UnsatisfiableSpread.SCHEDULE_ANYWAY,
      minDomains,
      labelSelector: { matchLabels: labels ?? podsOfThePool() },
    };
  }
}
