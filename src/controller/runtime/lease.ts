import type { KubeObject } from './objects';

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds. */
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

/** A Lease as we saw it, with the moment of our own monotonic clock at which it last changed. */
export interface ObservedLease {
  lease: Lease;
  holder: string | undefined;
  durationMs: number;
  changedAt: number;
}

/** Another holder's timestamps are only compared with themselves: a change proves life, whatever its clock says. */
export function observeLease(before: ObservedLease | undefined, lease: Lease, monotonicNow: number): ObservedLease {
  const { holderIdentity, renewTime, acquireTime, leaseDurationSeconds = 15 } = lease.spec ?? {};
  const previous = before?.lease.spec;
  const same =
    before !== undefined &&
    previous !== undefined &&
    before.lease.metadata.uid === lease.metadata.uid &&
    previous.holderIdentity === holderIdentity &&
    previous.renewTime === renewTime &&
    previous.acquireTime === acquireTime;
  return {
    lease,
    holder: holderIdentity || undefined,
    durationMs: leaseDurationSeconds * 1000,
    changedAt: same ? before.changedAt : monotonicNow,
  };
}

/** metav1.MicroTime. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
