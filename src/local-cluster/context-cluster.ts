import type { ClusterStatus, LocalCluster } from './cluster';
import { LocalClusterError } from './errors';
import { exec, run, type Exec } from './exec';
import { pushImages, type ImageSpec } from './images';
import { plainLines, type Progress } from './progress';
import { findKubectl } from './tools';

export interface ContextOptions {
  /** The context's name in the kubeconfig. */
  readonly context: string;
  /** Path of the kubeconfig. */
  readonly kubeconfigPath: string;
  /** Where the cluster can pull images from and this machine may push to, for example `registry.example.com/team`. */
  readonly registry?: string;
  /** @default - the host of the API server's URL */
  readonly nodePortHost: string;
}

/** Somebody's own cluster: it is used, never made or removed. */
export class ContextCluster implements LocalCluster {
  readonly kind = 'context';
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly nodePortHost: string;

  constructor(
    private readonly options: ContextOptions,
    private readonly progress: Progress = plainLines,
    private readonly execute: Exec = exec,
  ) {
    this.kubeconfigPath = options.kubeconfigPath;
    this.context = options.context;
    this.nodePortHost = options.nodePortHost;
  }

  async up(): Promise<void> {
    const { state, detail } = await this.status();
    if (state !== 'running') throw new LocalClusterError(detail ?? `the context ${this.context} does not answer`);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }

  async status(): Promise<ClusterStatus> {
    const { exitCode, stderr } = await this.kubectl('get', '--raw', '/readyz');
    if (exitCode === 0) return { state: 'running' };
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    return { state: 'stopped', detail: `the cluster of the context ${this.context} does not answer: ${reason}` };
  }

  async loadImages(specs: readonly ImageSpec[]): Promise<Record<string, string>> {
    const { registry } = this.options;
    if (!registry) {
      throw new LocalClusterError(
        `the cluster of the context ${this.context} must be able to pull the images: give --registry, where they are pushed to, for example --registry registry.example.com/team`,
      );
    }
    return pushImages(specs, registry.replace(/\/$/, ''), { progress: this.progress, execute: this.execute });
  }

  private async kubectl(...args: string[]): ReturnType<Exec> {
    const program = await findKubectl(this.progress);
    const where = ['--kubeconfig', this.kubeconfigPath, '--context', this.context];
    return this.execute(program, [...where, ...args], { timeoutMs: 15_000 });
  }
}

/**
 * Finds a context in the kubeconfigs that kubectl would read.
 * @throws LocalClusterError when there is none of that name
 */
export async function findContext(
  context: string,
  env: NodeJS.ProcessEnv = process.env,
  execute: Exec = exec,
): Promise<{ kubeconfig: string; server: URL }> {
  const kubectl = await findKubectl();
  const names = (await run(kubectl, ['config', 'get-contexts', '-o', 'name'], { exec: execute }))
    .split('\n')
    .filter(Boolean);
  if (!names.includes(context)) {
    throw new LocalClusterError(
      `there is no context "${context}" in ${env.KUBECONFIG ?? '~/.kube/config'}; available: ${names.join(', ') || 'none'}`,
    );
  }
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '--context', context];
  const kubeconfig = await run(kubectl, [...args, '-o', 'json'], { exec: execute });
  const parsed = JSON.parse(kubeconfig) as { clusters: { cluster: { server: string } }[] };
  return { kubeconfig, server: new URL(parsed.clusters[0]?.cluster.server ?? '') };
}
