import { CONTROLLER_VARIABLE } from '../../src/api';
import { startController, type RunningController } from './controlled-pool';
import { fullNameOf, type HelmCluster } from './helm-cluster';
import { tokenOf, type KubeObject } from './kube';
import { writeKubeconfig } from './operator-account';
import { untilRightsHold } from './rights';

interface Deployment extends KubeObject {
  spec: {
    template: {
      spec: { serviceAccountName: string; containers: { args: string[]; env: { name: string; value?: string }[] }[] };
    };
  };
}

/**
 * The controller as a release would run it, in this process: with the arguments and variables of its Deployment, as its
 * ServiceAccount, and so with the rights of its Roles and no others.
 */
export async function startControllerOf(
  cluster: HelmCluster,
  release: string,
  namespace: string,
): Promise<RunningController> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${fullNameOf(release)}-controller-manager`;
  const { serviceAccountName, containers } = (await cluster.kubeOk<Deployment>('GET', path)).spec.template.spec;
  await untilRightsHold(namespace, serviceAccountName, cluster.server);
  const { args, env } = containers[0] ?? { args: [], env: [] };
  const flag = (name: string) =>
    args.flatMap((arg) => (arg.startsWith(`${name}=`) ? [arg.slice(name.length + 1)] : []));
  return startController(namespace, {
    kubeconfig: writeKubeconfig(cluster.server, await tokenOf(namespace, serviceAccountName, cluster.server)),
    namespaces: flag('--namespaces'),
    leaderElect: args.includes('--leader-elect'),
    controllerNamespace: namespace,
    // Somewhere else, as several controllers run in this process.
    metricsBindAddress: flag('--metrics-bind-address').length > 0 ? '127.0.0.1:0' : undefined,
    metricsSecure: flag('--metrics-secure')[0] !== 'false',
    runDisruptionBudget: env.some(
      ({ name, value }) => name === CONTROLLER_VARIABLE.runDisruptionBudget && value === 'true',
    ),
  });
}
