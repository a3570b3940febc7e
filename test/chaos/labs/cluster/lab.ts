import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerCrd, workerPoolCrd } from '../../../../src/api';
import { Program } from '../../../cli/support/program';
import { TestControlPlane } from '../../../control-plane/support/control-plane';
import type { RunningApiServer } from '../../../support/api-server.start';
import { installCrd, type KubeObject } from '../../../support/kube';
import { startOwnApiServer } from '../../../support/own-api-server';
import type { Lab, LabContext, Verdict } from '../../fault';
import { FaultProxy } from './proxy';
import { Scene, type SceneOptions, type Surroundings } from './scene';
import { ServerProcesses } from './server-processes';

/** How often the control plane looks at its leases, as it does by itself. */
const SWEEP_EVERY_MS = 1_000;

/** What breaks in a scene. It is broken and mended within `trouble`; where that ends, the fault has ended. */
export type Trouble = (scene: Scene) => Promise<void>;

export interface TrialOptions extends SceneOptions {
  /**
   * Workers that have no run when the fault begins, so that the runs that are triggered while it lasts begin at once, and are in
   * progress when it ends.
   * @default 0
   */
  readonly free?: number;
  /** Reasons with which runs end here because their own Pods are what is broken. @default none */
  readonly expected?: readonly string[];
}

/** A cluster without a node: real etcd and kube-apiserver, a real control plane, and controllers behind a proxy. */
export class ClusterLab implements Lab, Surroundings {
  private scenes = new Set<Scene>();

  private constructor(
    readonly server: RunningApiServer,
    readonly processes: ServerProcesses,
    readonly controlPlane: TestControlPlane,
    readonly proxy: FaultProxy,
    readonly bundle: string,
    readonly folder: string,
    readonly signal: AbortSignal,
  ) {}

  static async open({ folder, signal, tell }: LabContext): Promise<ClusterLab> {
    const closers: (() => unknown)[] = [];
    try {
      tell('starting etcd and kube-apiserver');
      const server = await startOwnApiServer({ auditLog: join(folder, 'audit.jsonl') });
      closers.push(() => server.stop());
      const processes = new ServerProcesses(server);
      for (const crd of [workerPoolCrd(), workerCrd()]) await installCrd(crd as unknown as KubeObject);
      tell('bundling the controller');
      const { path } = await Program.controller(join(folder, 'program'));
      const controlPlane = await TestControlPlane.start({ sweepEveryMs: SWEEP_EVERY_MS });
      closers.push(() => controlPlane.close());
      const proxy = await FaultProxy.start(server);
      return new ClusterLab(server, processes, controlPlane, proxy, path, folder, signal);
    } catch (error) {
      for (const closer of closers.reverse()) await closer();
      throw error;
    }
  }

  /** Opens a scene, lets it get into trouble, and counts what has become of its runs. */
  async trial(trouble: Trouble, options: TrialOptions = {}): Promise<Verdict> {
    const scene = await Scene.open(this, options);
    this.scenes.add(scene);
    try {
      await trouble(scene);
      const since = performance.now();
      scene.release();
      return await scene.verdict(since, options.expected);
    } finally {
      await scene.close();
      this.scenes.delete(scene);
    }
  }

  throughProxy(kubeconfig: string): string {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { clusters: unknown };
    // Without it no address without TLS is taken.
    const cluster = { server: this.proxy.url, 'insecure-skip-tls-verify': true };
    config.clusters = [{ name: 'it', cluster }];
    const path = `${kubeconfig}-proxy`;
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  async close(): Promise<void> {
    await Promise.all([...this.scenes].map((scene) => scene.close()));
    await this.proxy.close();
    await this.controlPlane.close();
    this.processes.close();
    await this.server.stop();
  }
}

export const openClusterLab = (context: LabContext): Promise<ClusterLab> => ClusterLab.open(context);
