import { VERSIONS } from '../binaries';

/** kind's configuration: one node, whose NodePorts answer at the machine's loopback. */
export function kindConfig(nodePorts: readonly number[]): object {
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        image: `kindest/node:${VERSIONS.kindNode}`,
        extraPortMappings: nodePorts.map((port) => ({
          containerPort: port,
          hostPort: port,
          listenAddress: '127.0.0.1',
          protocol: 'TCP',
        })),
      },
    ],
  };
}
