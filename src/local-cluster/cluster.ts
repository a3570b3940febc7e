import type { ImageSpec } from './images';

export interface ClusterStatus {
  readonly state: 'absent' | 'stopped' | 'starting' | 'running';
  /** A sentence that says more. */
  readonly detail?: string;
}

/** A Kubernetes cluster for the demo and the end-to-end tests. */
export interface LocalCluster {
  /** `node`: a real node in Linux namespaces; `kind`: in a Docker container; `context`: somebody's own. */
  readonly kind: 'node' | 'kind' | 'context';
  readonly kubeconfigPath: string;
  /** The context within the kubeconfig. @default - its current context */
  readonly context?: string;
  /** Where this machine reaches the cluster's NodePorts: an IP address or a host name. */
  readonly nodePortHost: string;
  /** Brings the cluster up, or what of it is down; waits until Pods can be created and names resolve. */
  up(): Promise<void>;
  /** Removes the cluster and all that was made for it; does nothing to a cluster that is somebody's own. */
  down(): Promise<void>;
  status(): Promise<ClusterStatus>;
  /** Builds the images as far as they changed and hands them to the cluster. @returns by name, what a Pod's `image` is */
  loadImages(specs: readonly ImageSpec[]): Promise<Record<string, string>>;
}
