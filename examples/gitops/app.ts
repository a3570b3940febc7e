import { App, Chart, YamlOutputType } from 'cdk8s';
import { Namespace, Secret } from 'cdk8s-plus-28';
import { CustomResourceDefinitions, WorkerPool, WorkerPoolOperator } from 'cdk8s-worker-pools';
import { writeKustomizations } from './kustomization';

const OPERATOR = 'spacelift-worker-controller-system';
const POOLS = 'worker-pools';

/** Argo CD goes through its waves in order and waits until each is healthy; it deletes in the opposite order. */
const WAVE = 'argocd.argoproj.io/sync-wave';

/** Neither tool may take these away: with a definition or a namespace goes everything that is made of it or lies in it. */
const KEEP = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false,ServerSideApply=true',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** What the controller and default run Pods keep to. */
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

/** Writes the manifests of a GitOps repository: a folder for each step of their order. */
export function synthesize(outdir?: string): void {
  const app = new App({ outdir, yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE });

  // What the whole cluster has once, and what the rest lies in.
  const cluster = new Chart(app, 'cluster');
  const annotations = { ...KEEP, [WAVE]: '-1' };
  new CustomResourceDefinitions(cluster, 'crds', { annotations });
  for (const name of [OPERATOR, POOLS]) {
    new Namespace(cluster, name, { metadata: { name, annotations, labels: RESTRICTED } });
  }

  const operator = new Chart(app, 'operator', { namespace: OPERATOR });
  new WorkerPoolOperator(operator, 'operator', { installCrds: false });

  const pools = new Chart(app, 'pools', { namespace: POOLS });
  // Tokens and private keys never lie in Git; see README.md for how they come into the cluster.
  const credentials = (pool: string) => {
    const secret = Secret.fromSecretName(pools, `${pool}-credentials`, `${pool}-credentials`);
    return { token: { secret, key: 'token' }, privateKey: { secret, key: 'privateKey' } };
  };
  const metadata = (name: string) => ({ name, annotations: { [WAVE]: '1' } });

  new WorkerPool(pools, 'steady', { metadata: metadata('steady'), ...credentials('steady'), poolSize: 2 });

  // No poolSize: the number belongs to whoever scales the pool, and Git must not set it back.
  new WorkerPool(pools, 'scaled', { metadata: metadata('scaled'), ...credentials('scaled') });

  app.synth();
  writeKustomizations(app.outdir, ['cluster', 'operator'], ['pools']);
}
