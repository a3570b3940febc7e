import { Chart, type ChartProps } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-28';
import { CustomCertificates, EgressNetworkPolicy, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * Runs reach DNS, and HTTPS and MQTT in the company's networks, and trust its own certificate authorities. trust-manager
 * or the like fills the ConfigMap.
 */
export class LockedDown extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'locked-down-credentials');
    const bundle = ConfigMap.fromConfigMapName(this, 'bundle', 'company-ca-bundle');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'locked-down' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      allowedRunnerImageHosts: ['registry.example.com'],
      extensions: [
        CustomCertificates.fromConfigMap(bundle, 'ca-bundle.pem'),
        EgressNetworkPolicy.allowing({ cidrs: ['10.0.0.0/8'] }),
      ],
    });
  }
}
