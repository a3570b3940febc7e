import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBinaries } from '../binaries';
import { stateFolder } from '../cache';
import type { ClusterStatus, LocalCluster } from '../cluster';
import { LocalClusterError } from '../errors';
import { exec, run, type Exec } from '../exec';
import { buildImages, type ImageSpec } from '../images';
import { onPath } from '../platform';
import { plainLines, task, type Progress } from '../progress';
import { findKubectl } from '../tools';
import { kindConfig } from './config';

const START_TIMEOUT_MS = 180_000;
const RETRY_MS = 250;

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
    const exists = await this.exists();
    // kind writes it last: without it `kind create` was interrupted, and what there is can only be made anew.
    if (exists && existsSync(this.kubeconfigPath)) return this.startAgain();
    if (exists) await this.remove(`removing the incomplete kind cluster ${this.clusterName}`);
    rmSync(this.kubeconfigPath, { force: true });
    const hint = "a minute or two the first time, as it pulls the node's image";
    await task(this.progress, `creating the kind cluster ${this.clusterName}`, hint, () =>
      this.kindCommand(
        ...['create', 'cluster', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath],
        ...['--wait', '180s', '--config', '-'],
      ),
    );
  }

  private async startAgain(): Promise<void> {
    await task(this.progress, `starting the kind cluster ${this.clusterName}`, 'half a minute', async () => {
      // kind has no command for it: after the machine's restart its container is stopped.
      await run('docker', ['start', `${this.clusterName}-control-plane`], { exec: this.execute });
      await this.kindCommand('export', 'kubeconfig', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath);
      await this.until('the node to be ready', 'wait', '--for=condition=Ready', 'node', '--all', '--timeout=5s');
      await this.until('the default ServiceAccount', 'get', 'serviceaccount', 'default', '--namespace', 'default');
      const dns = ['rollout', 'status', 'deployment/coredns', '--namespace', 'kube-system', '--timeout=10s'];
      await this.until('CoreDNS to be ready', ...dns);
    });
  }

  /** Asks kubectl again until it succeeds: an API server that starts refuses connections first. */
  private async until(what: string, ...args: string[]): Promise<void> {
    const kubectl = await findKubectl(this.progress);
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const { exitCode, stderr } = await this.execute(kubectl, ['--kubeconfig', this.kubeconfigPath, ...args]);
      if (exitCode === 0) return;
      if (performance.now() > deadline) {
        throw new LocalClusterError(
          `gave up waiting for ${what}: ${stderr.trim().split('\n').at(-1) ?? ''}\nRemove the kind cluster ${this.clusterName} (\`npm run demo -- --down\`) and start again`,
        );
      }
      await sleep(RETRY_MS);
    }
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
      await this.remove(`removing the kind cluster ${this.clusterName}`);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async remove(title: string): Promise<void> {
    await task(this.progress, title, undefined, () =>
      this.kindCommand('delete', 'cluster', '--name', this.clusterName, '--kubeconfig', this.kubeconfigPath),
    );
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
