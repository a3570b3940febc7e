import { ClusterRole, RoleBinding, ServiceAccount } from 'cdk8s-plus-28';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { besidePool, checkOnce, namespaceOf, serviceAccountOf } from './preset';

/**
 * Lets OpenShift admit the run Pods of a pool.
 *
 * OpenShift's default constraints, `restricted-v2`, admit only user IDs of the namespace's own range; run Pods are user and
 * group 1983, because the images know that user. So the pool's ServiceAccount gets constraints that allow it, by a
 * RoleBinding in the pool's namespace. The ServiceAccount is that of `pod.serviceAccount`, or one that is made here.
 * One that is made here mounts no token of the API server, unless `pod.automountServiceAccountToken` asks for it.
 * The operator's Pod names no user and fits `restricted-v2` as it is; the exporter's is user 1983, too, and runs as the
 * ServiceAccount that every namespace has.
 *
 * Source: "Managing security context constraints" in OpenShift's documentation. Spacelift's page gives `anyuid` to the
 * operator instead, which allows root, too.
 *
 * @throws where neither the pool nor its chart has a namespace
 */
export class OpenShiftConstraints implements IWorkerPoolExtension {
  /** Constraints `nonroot-v2`: any user but root, no privileges, the default seccomp profile. Right for a usual pool. */
  public static nonRoot(): OpenShiftConstraints {
    return new OpenShiftConstraints('nonroot-v2');
  }

  /** Constraints `privileged`: everything. A pool with `DockerInDocker` needs them. */
  public static privileged(): OpenShiftConstraints {
    return new OpenShiftConstraints('privileged');
  }

  /**
   * Constraints of another name: the built-in ones, or your own if the cluster has a ClusterRole
   * `system:openshift:scc:<name>` for them.
   */
  public static named(name: string): OpenShiftConstraints {
    return new OpenShiftConstraints(name);
  }

  private constructor(private readonly name: string) {}

  /** Binds the pool's ServiceAccount to the constraints. */
  public extend(pool: WorkerPool): void {
    checkOnce(pool, 'OpenShiftConstraints', 'SccBinding');
    const { name } = serviceAccountOf(pool);
    // Named anew, because one that is made elsewhere may not know the namespace that it is used in.
    const subject = ServiceAccount.fromServiceAccountName(pool, 'SccSubject', name, {
      namespaceName: namespaceOf(pool, 'OpenShiftConstraints'),
    });
    const role = ClusterRole.fromClusterRoleName(pool, 'SccRole', `system:openshift:scc:${this.name}`);
    new RoleBinding(pool, 'SccBinding', { metadata: besidePool(pool), role }).addSubjects(subject);
  }
}
