import { Chart, type ChartProps } from 'cdk8s';
import { Namespace, Secret } from 'cdk8s-plus-28';
import { WorkerPool, WorkerPoolOperator } from 'cdk8s-worker-pools';
import { Construct } from 'constructs';

/** One operator, and for each team a namespace with a pool: nobody can read another team's credentials. */
export class SeveralNamespaces extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const teams = { network: 2, data: 5 };
    const operator = new Namespace(this, 'operator-namespace', { metadata: { name: 'worker-pools' } });
    new WorkerPoolOperator(this, 'operator', {
      name: 'team-pools',
      namespace: operator.name,
      // A Role in each of these, and no ClusterRole.
      watchNamespaces: Object.keys(teams),
      // They stand in a chart of their own: one set of definitions serves the whole cluster.
      installCrds: false,
    });
    for (const [team, poolSize] of Object.entries(teams)) new Team(this, team, poolSize);
  }
}

class Team extends Construct {
  constructor(scope: Construct, team: string, poolSize: number) {
    super(scope, team);
    const namespace = new Namespace(this, 'namespace', { metadata: { name: team } });
    const secret = Secret.fromSecretName(this, 'credentials', 'pool-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'runs', namespace: namespace.name, labels: { team } },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize,
    });
  }
}
