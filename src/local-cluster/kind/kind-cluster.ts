import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBinaries } from '../binaries';
import { stateFolder } from '../cache';
import type { ClusterStatus, LocalCluster } from '../cluster';
import { exec, run, type Exec } from '../exec';
import { buildImages, type ImageSpec } from '../images';
import { onPath } from '../platform';
import { plainLines, task, type Progress } from '../progress';
import { kindConfig } from './config';

/** A cluster in a Docker container, made by kind. */
export class KindCluster implements LocalCluster {
  readonly kind = 'kind';
  readonly kubeconfigPath: string;
  readonly nodePortHost = '127.0.0.1';
  private readonly folder: string;
  private readonly clusterName: string;

  /** @param nodePorts the NodePorts that answer at 127.0.0.1 */
  constructor(
    name: string,
    private readonly nodePorts: readonly number[],
    private readonly progress: Progress = plainLines,
    private readonly execute: Exec = exec,
  ) {
    this.folder = join(stateFolder(name), 'kind');
    this.clusterName = `worker-pools-${name}`;
    this.kubeconfigPath = join(this.folder, 'kubeconfig');
  }

  async up(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    if (await this.exists()) {
      // kind has no command for it: after the machine's restart its container is stopped.
      await run('docker', ['start', `${this.clusterName}-control-plane`], { exec: this.execute });
      await this.kindCommand('export', 'kubeconfig', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath);
      return;
    }
    const hint = "a minute or two the first time, as it pulls the node's image";
    await task(this.progress, `creating the kind cluster ${this.clusterName}`, hint, () =>
      this.kindCommand(
        ...['create', 'cluster', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath],
        ...['--wait', '180s', '--config', '-'],
      ),
    );
  }

  async loadImages(specs: readonly ImageSpec[]): Promise<Record<string, string>> {
    const images = await buildImages(specs, this.progress);
    for (const { name, archive } of images) {
      await task(this.progress, `loading the image ${name}`, undefined, () =>
        this.kindCommand('load', 'image-archive', archive, '--name', this.clusterName),
      );
    }
    return Object.fromEntries(specs.map((spec, index) => [spec.name, images[index]?.name ?? '']));
  }

  async down(): Promise<void> {
    if (await this.exists()) {
      await task(this.progress, `removing the kind cluster ${this.clusterName}`, undefined, () =>
        this.kindCommand('delete', 'cluster', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath),
      );
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async status(): Promise<ClusterStatus> {
    if (!(await this.exists())) return { state: 'absent' };
    const node = `${this.clusterName}-control-plane`;
    const { stdout } = await this.execute('docker', ['inspect', '--format', '{{.State.Running}}', node]);
    return { state: stdout.trim() === 'true' ? 'running' : 'stopped' };
  }

  private async exists(): Promise<boolean> {
    return (await this.kindCommand('get', 'clusters')).split('\n').includes(this.clusterName);
  }

  private async kindCommand(...args: string[]): Promise<string> {
    const program = onPath('kind') ?? (await ensureBinaries(['kind'], this.progress)).kind;
    const input = JSON.stringify(kindConfig(this.nodePorts));
    return run(program, args, { exec: this.execute, input });
  }
}
