import { Secret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { WorkerPoolProps } from '../../src';

/** Token and private key, from a Secret that lies beside the pool and was made by hand or by a secret manager. */
export function credentials(scope: Construct, secretName: string): Pick<WorkerPoolProps, 'token' | 'privateKey'> {
  const secret = Secret.fromSecretName(scope, 'credentials', secretName);
  return { token: { secret, key: 'token' }, privateKey: { secret, key: 'privateKey' } };
}
