import { Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { InitializationPolicy, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

const POLICY = `package spacelift

# Only images of the own registry may do the work.
deny[sprintf("the runner image %s is not ours", [input.run.runtime_config.runner_image])] {
    not startswith(input.run.runtime_config.runner_image, "registry.example.com/")
}
`;

/** A policy of the worker's side: `init` evaluates it before anything of the run happens, whoever triggered the run. */
export class InitializationPolicyExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'initialization-policy-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'initialization-policy' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      extensions: [InitializationPolicy.fromText(POLICY)],
    });
  }
}
