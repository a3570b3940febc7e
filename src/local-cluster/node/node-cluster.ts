import { existsSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBinaries } from '../binaries';
import { cachePath } from '../cache';
import type { ClusterStatus, LocalCluster } from '../cluster';
import { LocalClusterError } from '../errors';
import { exec, run, type ExecOptions, type ExecResult } from '../exec';
import { buildImages, type ImageSpec } from '../images';
import { systemImages, type ImageArchive } from '../images/system-images';
import { withLock } from '../lock';
import { plainLines, task, type Progress } from '../progress';
import { findKubectl } from '../tools';
import { createCgroups, removeCgroups } from './cgroup';
import { writeConfigFiles } from './config-files';
import { dnsManifest } from './dns';
import { NODE, nodeLayout, type NodeLayout } from './layout';
import { runningMachine, startMachine, stopMachine, waysIn } from './machine';
import { admitTraffic, anotherNodeRuns, connectNetwork, disconnectNetwork } from './network';
import { ensurePki } from './pki';
import { MOUNT_POINTS, NODE_BINARIES, supervisorScript, type NodePrograms } from './supervisor';

const START_TIMEOUT_MS = 180_000;
const CTR = ['--address', NODE.containerdSocket, '--namespace', 'k8s.io'];

/** A real one-node cluster of kubelet, containerd and the whole control plane, in Linux namespaces of its own. */
export class NodeCluster implements LocalCluster {
  readonly kind = 'node';
  readonly kubeconfigPath: string;
  /** NodePorts answer at the node's own address; the machine's loopback has nothing of the cluster. */
  readonly nodePortHost: string;
  private readonly layout: NodeLayout;

  constructor(
    name: string,
    private readonly progress: Progress = plainLines,
  ) {
    this.layout = nodeLayout(name);
    this.kubeconfigPath = this.layout.kubeconfig;
    this.nodePortHost = this.layout.nodeAddress;
  }

  async up(): Promise<void> {
    const { layout, progress } = this;
    const programs = await ensureBinaries(NODE_BINARIES, progress);
    await withLock(lockPath(layout), async () => {
      await task(progress, `starting the node "${layout.name}"`, 'half a minute', () => this.start(programs));
      await this.importImages(await systemImages(programs.coredns));
      await task(progress, 'waiting for the node and its DNS to be ready', undefined, () => this.ready());
    });
  }

  async loadImages(specs: readonly ImageSpec[]): Promise<Record<string, string>> {
    const images = await buildImages(specs, this.progress);
    await this.importImages(images);
    return Object.fromEntries(specs.map((spec, index) => [spec.name, images[index]?.name ?? '']));
  }

  async down(): Promise<void> {
    const { layout } = this;
    if (!existsSync(layout.folder)) return;
    await withLock(lockPath(layout), () =>
      task(this.progress, `removing the node "${layout.name}"`, undefined, async () => {
        await stopMachine(layout);
        await disconnectNetwork(layout);
        await removeCgroups(layout);
        rmSync(layout.folder, { recursive: true, force: true });
        removeIfEmpty(dirname(layout.folder));
        removeIfEmpty(dirname(dirname(layout.folder)));
        // Removing a folder would unmount what another node has mounted on it.
        if (!anotherNodeRuns()) MOUNT_POINTS.forEach(removeIfEmpty);
      }),
    );
  }

  async status(): Promise<ClusterStatus> {
    if (!runningMachine(this.layout)) {
      return { state: existsSync(this.layout.folder) ? 'stopped' : 'absent' };
    }
    const ready = await this.kubectl('get', '--raw', '/readyz');
    return ready.exitCode === 0
      ? { state: 'running' }
      : { state: 'starting', detail: `the API server is not ready; logs are in ${this.layout.logs}` };
  }

  /** Starts the node unless it runs as it should. */
  private async start(programs: NodePrograms): Promise<void> {
    const { layout } = this;
    const script = supervisorScript(layout, programs);
    const running = runningMachine(layout);
    if (running && running.script !== script) await stopMachine(layout);
    if (running?.script !== script) {
      writeConfigFiles(layout);
      await ensurePki(layout);
      createCgroups(layout);
      await connectNetwork(layout);
      startMachine(layout, script);
    }
    await admitTraffic(layout);
    await this.until('the API server to be ready', () => this.kubectl('get', '--raw', '/readyz'));
    await this.until('containerd to answer', () => this.inside('ctr', [...CTR, 'version']));
  }

  private async ready(): Promise<void> {
    const { layout } = this;
    const hasNameServers = readFileSync(join(layout.folder, 'resolv.conf'), 'utf8').trim() !== '';
    const started = runningMachine(layout)?.process;
    const manifest = JSON.stringify(dnsManifest(hasNameServers, `${started?.bootId} ${started?.startTime}`));
    await this.until('CoreDNS to be accepted', () => this.kubectlWith({ input: manifest }, 'apply', '-f', '-'));
    const readiness = ['wait', '--for=condition=Ready', `node/${layout.name}`, '--timeout=5s'];
    await this.until('the node to be ready', () => this.kubectl(...readiness));
    const account = ['get', 'serviceaccount', 'default', '--namespace', 'default'];
    await this.until('the default ServiceAccount', () => this.kubectl(...account));
    const rollout = ['rollout', 'status', 'deployment/coredns', '--namespace', 'kube-system', '--timeout=10s'];
    await this.until('CoreDNS to be ready', () => this.kubectl(...rollout));
  }

  private async importImages(images: readonly ImageArchive[]): Promise<void> {
    const known = new Set((await this.insideOk('ctr', [...CTR, 'images', 'list', '-q'])).split('\n'));
    for (const { name, archive } of images) {
      if (known.has(name)) continue;
      await task(this.progress, `loading the image ${name}`, undefined, () =>
        this.insideOk('ctr', [...CTR, 'images', 'import', archive]),
      );
    }
  }

  private async kubectl(...args: string[]): Promise<ExecResult> {
    return this.kubectlWith({}, ...args);
  }

  private async kubectlWith(options: ExecOptions, ...args: string[]): Promise<ExecResult> {
    const program = await findKubectl(this.progress);
    return exec(program, ['--kubeconfig', this.kubeconfigPath, ...args], { timeoutMs: 30_000, ...options });
  }

  /** Runs a program where the node's mounts and network are. */
  private inside(program: string, args: readonly string[]): Promise<ExecResult> {
    const way = waysIn(this.layout);
    if (!way)
      throw new LocalClusterError(`the node "${this.layout.name}" does not run; see ${this.layout.logs}/node.log`);
    return exec('nsenter', [...way, program, ...args]);
  }

  private insideOk(program: string, args: readonly string[]): Promise<string> {
    return run(program, args, { exec: (name, rest) => this.inside(name, rest) });
  }

  private async until(what: string, attempt: () => Promise<ExecResult>): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const { exitCode, stderr } = await attempt();
      if (exitCode === 0) return;
      if (!runningMachine(this.layout) || performance.now() > deadline) {
        throw new LocalClusterError(
          `gave up waiting for ${what}: ${stderr.trim().split('\n').at(-1) ?? ''}\nAll logs are in ${this.layout.logs}`,
        );
      }
      await sleep(250);
    }
  }
}

/** Not in the node's own folder, which `down` removes. */
function lockPath({ name }: NodeLayout): string {
  return join(cachePath('locks'), `node-${name}`);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else keeps something there.
  }
}
