import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stateFolder } from '../cache';
import { LocalClusterError } from '../errors';

/** Every name, path and address of a node, all derived from the cluster's name. */
export interface NodeLayout {
  /** The cluster's name; also the Kubernetes name of its node. */
  readonly name: string;
  /** Holds everything that the node writes; removed by `down`. */
  readonly folder: string;
  readonly pki: string;
  readonly logs: string;
  readonly kubeconfig: string;
  /** The network namespace of the node. */
  readonly netns: string;
  /** The machine's end of the cable to the node, at most 15 characters as Linux demands. */
  readonly hostLink: string;
  /** The node's end, before it is moved into the namespace. */
  readonly nodeLink: string;
  readonly hostAddress: string;
  readonly nodeAddress: string;
  /** The network of the two addresses. */
  readonly linkNetwork: string;
  /** Marks our packet filter rules. */
  readonly ruleComment: string;
  /** The control group that holds all Pods. */
  readonly cgroup: string;
}

/** The same in every node: nobody sees them from outside of its network namespace. */
export const NODE = {
  apiPort: 6443,
  podNetwork: '10.244.0.0/16',
  serviceNetwork: '10.96.0.0/16',
  /** The first address of the service network is the API server's. */
  apiService: '10.96.0.1',
  dnsService: '10.96.0.10',
  bridge: 'cni0',
  bridgeAddress: '10.244.0.1',
  containerdSocket: '/run/containerd/containerd.sock',
} as const;

/**
 * @param name lower-case letters, digits and dashes, at most 40 characters
 * @throws LocalClusterError when the name cannot be one
 */
export function nodeLayout(name: string, env: NodeJS.ProcessEnv = process.env): NodeLayout {
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new LocalClusterError(
      `"${name}" is not a valid cluster name: use at most 40 lowercase letters, digits and dashes, beginning with a letter`,
    );
  }
  const folder = join(stateFolder(name, env), 'node');
  const digest = createHash('sha256').update(name).digest();
  // A network of its own for each name, out of the range that RFC 2544 sets aside for tests between devices.
  const network = `198.18.${digest[0]}.${(digest[1] ?? 0) & 0xfc}`;
  const [prefix, last] = [network.slice(0, network.lastIndexOf('.')), Number(network.split('.')[3])];
  const short = digest.toString('hex').slice(0, 8);
  return {
    name,
    folder,
    pki: join(folder, 'pki'),
    logs: join(folder, 'log'),
    kubeconfig: join(folder, 'kubeconfig'),
    netns: `worker-pools-${name}`,
    hostLink: `wph${short}`,
    nodeLink: `wpn${short}`,
    hostAddress: `${prefix}.${last + 1}`,
    nodeAddress: `${prefix}.${last + 2}`,
    linkNetwork: `${network}/30`,
    ruleComment: `cdk8s-worker-pools ${name}`,
    cgroup: `cdk8s-worker-pools-${name}`,
  };
}
