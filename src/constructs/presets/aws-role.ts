import { ApiObject, type Duration } from 'cdk8s';
import type { IServiceAccount, ServiceAccount } from 'cdk8s-plus-28';
import { invalidProp } from '../checks';
import type { IWorkerPoolExtension } from '../worker-pool/extension';
import type { WorkerPool } from '../worker-pool/worker-pool';
import { namespaceOf, serviceAccountOf } from './own';

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

/**
 * Gives the runs of a pool an AWS role, without any key in a Secret. All containers of the run Pods have it.
 *
 * The role goes to the pool's ServiceAccount: that of `pod.serviceAccount`, or one that is made here. Set
 * `pod.serviceAccount` where its name has to be known beforehand, as for the trust policy of IRSA.
 * One that is made here mounts no token of the API server, unless `pod.automountServiceAccountToken` asks for it.
 *
 * @throws where the ARN is none of a role, or the ServiceAccount cannot be annotated because it is made elsewhere
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
    return new AwsRole(options.roleArn, (pool, serviceAccount) => annotate(pool, serviceAccount, options));
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
    return new AwsRole(options.roleArn, (pool, serviceAccount) => associate(pool, serviceAccount, options));
  }

  private constructor(
    private readonly roleArn: string,
    private readonly grant: (pool: WorkerPool, serviceAccount: IServiceAccount) => void,
  ) {}

  /** Gives the run Pods of a pool the role. */
  public extend(pool: WorkerPool): void {
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(this.roleArn)) {
      const allowed = 'it must be the ARN of a role, as arn:aws:iam::123456789012:role/name';
      throw invalidProp(pool, 'AwsRole', 'roleArn', this.roleArn, allowed);
    }
    this.grant(pool, serviceAccountOf(pool));
  }
}

function annotate(pool: WorkerPool, serviceAccount: IServiceAccount, { roleArn, tokenExpiration }: IrsaOptions): void {
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
  metadata.addAnnotation('eks.amazonaws.com/role-arn', roleArn);
  if (seconds !== undefined) metadata.addAnnotation('eks.amazonaws.com/token-expiration', String(seconds));
}

function associate(pool: WorkerPool, { name }: IServiceAccount, { roleArn, clusterName }: PodIdentityOptions): void {
  if (clusterName === '') throw invalidProp(pool, 'AwsRole', 'clusterName', clusterName, 'name the EKS cluster');
  const spec = { clusterName, namespace: namespaceOf(pool, 'AwsRole'), serviceAccount: name, roleARN: roleArn };
  new ApiObject(pool, 'PodIdentityAssociation', {
    apiVersion: 'eks.services.k8s.aws/v1alpha1',
    kind: 'PodIdentityAssociation',
    ...{ spec },
  });
}
