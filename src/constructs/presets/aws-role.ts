import { ApiObject, type Duration } from 'cdk8s';
import type { IServiceAccount, ServiceAccount } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';
import { invalidProp } from '../shared/checks';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { clusterOf } from '../shared/duplicates';
import { besidePool, namespaceOf, serviceAccountOf } from './preset';

const ROLE = 'eks.amazonaws.com/role-arn';

/** Options of `AwsRole.irsa`. */
export interface IrsaOptions {
  /** The role, as "arn:aws:iam::123456789012:role/name". */
  readonly roleArn: string;

  /**
   * Life of the token that is exchanged for credentials, from 10 minutes to 24 hours.
   *
   * @default - 24 hours
   */
  readonly tokenExpiration?: Duration;
}

/** Options of `AwsRole.podIdentity`. */
export interface PodIdentityOptions {
  /** The role, as "arn:aws:iam::123456789012:role/name". */
  readonly roleArn: string;

  /** Name of the EKS cluster. */
  readonly clusterName: string;
}

/** A role as a preset gives it. */
interface Grant {
  readonly roleArn: string;
  readonly tokenExpiration?: Duration;
  /** Cluster of the association; unset for an annotation. */
  readonly clusterName?: string;
}

/** Who gave which roles to the ServiceAccounts of an app. */
const given = new WeakMap<IConstruct, Map<string, { readonly grant: Grant; readonly by: string }[]>>();

/**
 * Gives the runs of a pool an AWS role, without any key in a Secret. All containers of the run Pods have it.
 *
 * The role goes to the pool's ServiceAccount: that of `pod.serviceAccount`, or one that is made here. Set
 * `pod.serviceAccount` where its name has to be known beforehand, as for the trust policy of IRSA.
 * One that is made here mounts no token of the API server, unless `pod.automountServiceAccountToken` asks for it.
 *
 * @throws where the ARN is none of a role, the ServiceAccount has another role already, or it cannot be annotated because
 * it is made elsewhere
 */
export class AwsRole implements IWorkerPoolExtension {
  /**
   * By an IAM role for service accounts: the annotation `eks.amazonaws.com/role-arn`, upon which EKS' webhook mounts a
   * token into the Pods and sets AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE. The role's trust policy has to name
   * `system:serviceaccount:<namespace>:<ServiceAccount>`.
   *
   * Source: "Assign IAM roles to Kubernetes service accounts" in Amazon's guide to EKS.
   */
  public static irsa(options: IrsaOptions): AwsRole {
    return new AwsRole(options);
  }

  /**
   * By EKS Pod Identity: an association of cluster, namespace, ServiceAccount and role. It is written as an object of
   * Amazon's controller for EKS (ACK, `eks.services.k8s.aws/v1alpha1`), which has to run in the cluster; the cluster needs
   * the add-on `eks-pod-identity-agent`. Where the association is made with other means (`aws eks
   * create-pod-identity-association`, OpenTofu), give the pool its ServiceAccount and no preset.
   *
   * A NetworkPolicy has to let the Pods reach the agent: 169.254.170.23, port 80.
   *
   * Source: "Learn how EKS Pod Identity grants Pods access to AWS services" in Amazon's guide, and the reference of ACK.
   */
  public static podIdentity(options: PodIdentityOptions): AwsRole {
    return new AwsRole(options);
  }

  private constructor(private readonly grant: Grant) {}

  /** Gives the run Pods of a pool the role. */
  public extend(pool: WorkerPool): void {
    const { roleArn, clusterName } = this.grant;
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(roleArn)) {
      const allowed = 'it must be the ARN of a role, as arn:aws:iam::123456789012:role/name';
      throw invalidProp(pool, 'AwsRole', 'roleArn', roleArn, allowed);
    }
    const serviceAccount = serviceAccountOf(pool);
    const isNew = note(pool, serviceAccount, this.grant);
    if (clusterName === undefined) annotate(pool, serviceAccount, this.grant);
    else if (isNew) associate(pool, serviceAccount, roleArn, clusterName);
  }
}

/** Whether the ServiceAccount gets the role for the first time. @throws where it has another */
function note(pool: WorkerPool, { name }: IServiceAccount, grant: Grant): boolean {
  const { root } = pool.node;
  const byAccount = given.get(root) ?? new Map<string, { grant: Grant; by: string }[]>();
  given.set(root, byAccount);
  const key = [clusterOf(pool), pool.metadata.namespace ?? '', name].join('/');
  const before = byAccount.get(key) ?? [];
  const other = before.find((found) => areAtOdds(found.grant, grant));
  if (other !== undefined) {
    const allowed =
      `the ServiceAccount "${name}" has ${other.grant.roleArn} already, from ${other.by}, and takes one role, given in ` +
      'one way: give each of the pools a ServiceAccount of its own';
    throw invalidProp(pool, 'AwsRole', 'roleArn', grant.roleArn, allowed);
  }
  byAccount.set(key, [...before, { grant, by: pool.node.path }]);
  return !before.some((found) => found.grant.clusterName === grant.clusterName);
}

/** Whether a ServiceAccount cannot have both; associations of several clusters do not meet. */
function areAtOdds(one: Grant, other: Grant): boolean {
  if (one.clusterName !== other.clusterName) return one.clusterName === undefined || other.clusterName === undefined;
  return one.roleArn !== other.roleArn || one.tokenExpiration?.toSeconds() !== other.tokenExpiration?.toSeconds();
}

function annotate(pool: WorkerPool, serviceAccount: IServiceAccount, { roleArn, tokenExpiration }: Grant): void {
  // Not instanceof: an app may have a second copy of cdk8s-plus.
  const { metadata } = serviceAccount as Partial<ServiceAccount>;
  if (metadata === undefined) {
    const allowed =
      'it is made elsewhere: annotate it there with eks.amazonaws.com/role-arn, and leave out this preset';
    throw invalidProp(pool, 'AwsRole', 'pod.serviceAccount', serviceAccount.name, allowed);
  }
  const seconds = tokenExpiration?.toSeconds();
  if (seconds !== undefined && (seconds < 600 || seconds > 86_400)) {
    throw invalidProp(pool, 'AwsRole', 'tokenExpiration', `${seconds}s`, 'it must be from 10 minutes to 24 hours');
  }
  const { annotations = {} } = metadata.toJson() as { readonly annotations?: Readonly<Record<string, string>> };
  const found = annotations[ROLE];
  if (found !== undefined && found !== roleArn) {
    const allowed = `the ServiceAccount at ${serviceAccount.node.path} is annotated with ${found} already`;
    throw invalidProp(pool, 'AwsRole', 'roleArn', roleArn, allowed);
  }
  metadata.addAnnotation(ROLE, roleArn);
  if (seconds !== undefined) metadata.addAnnotation('eks.amazonaws.com/token-expiration', String(seconds));
}

function associate(pool: WorkerPool, { name }: IServiceAccount, roleARN: string, clusterName: string): void {
  if (clusterName === '') throw invalidProp(pool, 'AwsRole', 'clusterName', clusterName, 'name the EKS cluster');
  const spec = { clusterName, namespace: namespaceOf(pool, 'AwsRole'), serviceAccount: name, roleARN };
  new ApiObject(pool, 'PodIdentityAssociation', {
    apiVersion: 'eks.services.k8s.aws/v1alpha1',
    kind: 'PodIdentityAssociation',
    metadata: besidePool(pool),
    spec,
  });
}
