import { REASON } from '../../api/conditions';
import { RUN_LEASE_MS } from '../../protocol/leases';
import type { Assignment } from '../../protocol/messages';
import { sentences, type RunPod } from '../run';
import { failed, joinPlans, type Plan } from './plan';
import type { WorkerSnapshot } from './snapshot';

/**
 * A Pod whose node no longer speaks for it; undefined when the node is well. A node that says nothing for the run's lease,
 * or does not end a Pod for so long after its grace time, counts as lost, unless the control plane hears the run's relay.
 */
export function decideNode(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod): Plan | undefined {
  const lostAt = lostNodeAt(pod);
  if (lostAt === undefined) return undefined;
  if (snapshot.now < lostAt) return { actions: [], wakeAt: lostAt };
  const { nodeName } = pod.spec;
  const minutes = RUN_LEASE_MS / 60_000;
  const message = sentences.nodeLost(nodeName, `nothing was heard of it for ${minutes} minutes`);
  const waitsFor = { reason: REASON.nodeLost, message: sentences.runGoesOnUnseen(pod.metadata.name) };
  return joinPlans([failed(snapshot, assignment, 'NodeLost', message), { actions: [], waitsFor }]);
}

/** Whether the Pod lies on a node that counts as lost. */
export function isOnLostNode(pod: RunPod, now: number): boolean {
  const lostAt = lostNodeAt(pod);
  return lostAt !== undefined && now >= lostAt;
}

/** When its node counts as lost; undefined while the node is well. */
export function lostNodeAt(pod: RunPod): number | undefined {
  const since = silentSince(pod);
  return since === undefined ? undefined : since + RUN_LEASE_MS;
}

/**
 * Since when the node has been silent: a Pod past its grace time that is still there (the taint of a dead node deletes
 * it, too), or one that the control plane of the cluster has marked as not ready in the place of its kubelet.
 */
function silentSince(pod: RunPod): number | undefined {
  const { deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp);
  const condition = (type: string) => pod.status?.conditions?.find((one) => one.type === type);
  const ready = condition('Ready');
  // A kubelet says why a Pod is not ready (a container, a readiness gate); the node's lifecycle, which speaks for a
  // silent kubelet, leaves the reason as it was when the Pod was ready: there is none.
  const isOfLifecycle = ready?.status === 'False' && !ready.reason;
  if (!isOfLifecycle || condition('ContainersReady')?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? '') || undefined;
}
