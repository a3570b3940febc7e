import type { PodSecurityContext, SecurityContext, WorkerPoolPod } from '../../api';
import { RUN_AS } from '../../api/names';
import { separateUser } from '../../api/worker-pool/process-namespace';

/**
 * fsGroup makes the pool's Secret (mode 0440) and fresh volumes belong to the group that the built-in containers run as;
 * OnRootMismatch spares a large cache volume the walk through all of its files at every run.
 */
export function podSecurityContext(pool: PodSecurityContext | undefined): PodSecurityContext {
  return { fsGroup: RUN_AS, fsGroupChangePolicy: 'OnRootMismatch', ...pool };
}

/**
 * Least privilege for a built-in container. It stands in the container, not in the Pod, so that it does not bind the
 * user's own containers; what the pool sets for the Pod or the container wins.
 */
export function containerSecurityContext(
  pod: PodSecurityContext | undefined,
  container: SecurityContext | undefined,
): SecurityContext {
  const runAsUser = container?.runAsUser ?? pod?.runAsUser ?? RUN_AS;
  const defaults: SecurityContext = {
    runAsUser: pod?.runAsUser === undefined ? RUN_AS : undefined,
    runAsGroup: pod?.runAsGroup === undefined ? RUN_AS : undefined,
    // A pool that asks for root gets it: the kubelet would refuse root together with runAsNonRoot.
    runAsNonRoot: pod?.runAsNonRoot === undefined && runAsUser !== 0 ? true : undefined,
    // The API server refuses `false` for a container that is privileged or has SYS_ADMIN.
    allowPrivilegeEscalation: isPowerful(container) ? undefined : false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: pod?.seccompProfile === undefined ? { type: 'RuntimeDefault' } : undefined,
  };
  return { ...defaults, ...container };
}

/**
 * `launcher-grpc` holds the private key of the pool: where the run can see its processes, it is another user's. The group
 * stays, for the files that the two share.
 */
export function relaySecurityContext(pod: WorkerPoolPod): SecurityContext {
  const own = pod.grpcServerContainer?.securityContext;
  const given = pod.shareProcessNamespace ? { runAsUser: separateUser(pod), ...own } : own;
  return containerSecurityContext(pod.securityContext, given);
}

function isPowerful(container: SecurityContext | undefined): boolean {
  const added = container?.capabilities?.add ?? [];
  return container?.privileged === true || added.some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN');
}
