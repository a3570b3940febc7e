import { Allowance } from './allowance';
import { Gate } from '../../protocol/gate';
import type { BrokerLimits } from './limits';

/** What the connections of a pool share, so that they cannot take what others need. */
export class PoolRoom<Connection = unknown> {
  readonly connections = new Set<Connection>();
  readonly requests: Gate;
  readonly largeRequests: Gate;
  readonly held: Allowance;
  private lastTurn: Promise<void> = Promise.resolve();

  constructor(
    readonly poolId: string,
    limits: BrokerLimits,
    everything: Allowance,
  ) {
    this.requests = new Gate(limits.requestsPerPool);
    this.largeRequests = new Gate(limits.largeRequestsPerPool);
    this.held = new Allowance(limits.heldBytesPerPool, everything);
  }

  /** Resolves for one at a time, and not before the event loop has been round: the other pools have had theirs then. */
  turn(): Promise<void> {
    const before = this.lastTurn;
    this.lastTurn = before.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.lastTurn;
  }
}
