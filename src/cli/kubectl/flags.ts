import type { Command } from 'commander';

/** The flags by which kubectl is told where. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

const CLUSTER_GROUP = 'Which cluster, as kubectl is told it:';

/** @param usual which namespaces are looked at where nobody says so */
export function withCluster(command: Command, usual: string): Command {
  return command
    .optionsGroup(CLUSTER_GROUP)
    .option('-n, --namespace <name>', `namespace to look at (default: ${usual})`)
    .option('-A, --all-namespaces', 'look at all namespaces')
    .option('--context <name>', "context of the kubeconfig (default: the current one, or in a Pod the Pod's account)")
    .option('--kubeconfig <path>', 'kubeconfig to use (default: $KUBECONFIG, then ~/.kube/config)');
}
