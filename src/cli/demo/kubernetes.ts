import { findHelm, findKubectl, type LocalCluster, type Progress } from '../../local-cluster';
import { run } from '../../local-cluster/exec';

/** kubectl and helm, pointed at one cluster. */
export class Kubernetes {
  private constructor(
    private readonly kubectlPath: string,
    private readonly helmPath: string,
    private readonly cluster: Pick<LocalCluster, 'kubeconfigPath' | 'context'>,
  ) {}

  static async of(cluster: LocalCluster, progress: Progress): Promise<Kubernetes> {
    return new Kubernetes(await findKubectl(progress), await findHelm(progress), cluster);
  }

  /** @returns what kubectl printed @throws when it fails, with its last words */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    const { path, args: cluster } = this.program;
    return run(path, [...cluster, ...args], { input });
  }

  helm(args: readonly string[]): Promise<string> {
    const context = this.cluster.context ? ['--kube-context', this.cluster.context] : [];
    return run(this.helmPath, ['--kubeconfig', this.cluster.kubeconfigPath, ...context, ...args]);
  }

  /** Creates or changes objects; what somebody else set in other fields stays. */
  async apply(manifest: string | object): Promise<void> {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    await this.kubectl(
      ['apply', '--server-side', '--field-manager=worker-pools-demo', '--force-conflicts', '-f', '-'],
      text,
    );
  }

  /** @returns the object, or undefined when there is none */
  async get<T = KubernetesObject>(kind: string, name: string, namespace: string): Promise<T | undefined> {
    const text = await this.kubectl(['get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found']);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  }

  async list<T = KubernetesObject>(kind: string, namespace: string, selector?: string): Promise<T[]> {
    const select = selector ? ['-l', selector] : [];
    const text = await this.kubectl(['get', kind, '-n', namespace, ...select, '-o', 'json']);
    return (JSON.parse(text) as { items: T[] }).items;
  }

  /** The words with which a person calls kubectl on this cluster. */
  get kubectlForPeople(): string {
    return ['kubectl', ...this.program.args].join(' ');
  }

  /** kubectl and the arguments that point it at the cluster, for a caller that starts it itself. */
  get program(): { readonly path: string; readonly args: readonly string[] } {
    const context = this.cluster.context ? ['--context', this.cluster.context] : [];
    return { path: this.kubectlPath, args: ['--kubeconfig', this.cluster.kubeconfigPath, ...context] };
  }
}

export interface KubernetesObject {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
    deletionTimestamp?: string;
  };
}

/** Looks again every half second until `attempt` gives something. @throws the sentence of `describe` when time is up */
export async function until<T>(
  attempt: () => Promise<T | undefined | false>,
  describe: () => string | Promise<string>,
  timeoutMs = 180_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > deadline) throw new Error(await describe());
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
