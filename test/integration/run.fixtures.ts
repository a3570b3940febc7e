import { Readable } from 'node:stream';
import { afterEach, expect } from '@jest/globals';
import type { WorkerPoolSpec, WorkerStatus } from '../../src/api';
import type { ControlPlane, RunRecord, RunType } from '../../src/control-plane';
import type { RunPod, RunPodStatus } from '../../src/controller/run';
import { makeStack, type TestPool } from '../control-plane/support/control-plane';
import { TestPod } from '../control-plane/support/pod';
import { containers, exited, running } from '../controller/run/fixtures';
import { PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { createNamespace, eventually, kube, kubeOk } from '../support/kube';
import { forFile, POOL } from './pool.fixtures';

export const WORKING = containers({ relay: running, worker: running });
export const SUCCEEDED = containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' });

/** A control plane for the tests of a file; the result opens the scene of a test, and closes it when the test is over. */
export function runScenes(): (...how: [WorkerPoolSpec?, number?]) => Promise<RunScene> {
  const file = forFile();
  let scene: RunScene;
  afterEach(() => scene.close());
  return async (...how) => (scene = await RunScene.open(file.controlPlane, ...how));
}

/** One pool in one namespace, the runs on it, and what a kubelet and a launcher would do with their Pods. */
export class RunScene {
  private readonly pods: TestPod[] = [];

  private constructor(
    readonly controlPlane: ControlPlane,
    readonly objects: PoolObjects,
    private readonly made: TestPool,
    private readonly stack: string,
    private readonly controllers: readonly RunningController[],
  ) {}

  /** Makes a namespace with controllers and a pool in it, waits for its Workers, and makes a stack on it. */
  static async open(controlPlane: ControlPlane, spec: WorkerPoolSpec = {}, controllers = 1): Promise<RunScene> {
    const namespace = await createNamespace('run');
    const started = await Promise.all(Array.from({ length: controllers }, () => startController(namespace)));
    const objects = new PoolObjects(namespace);
    const made = await objects.addPool(controlPlane, POOL, { poolSize: 1, ...spec });
    const stack = `stack-${namespace}`;
    await makeStack(controlPlane, made.id, stack);
    const scene = new RunScene(controlPlane, objects, made, stack, started);
    await scene.untilWorkers(Array(spec.poolSize ?? 1).fill({ state: 'IDLE' })).catch(async (error: unknown) => {
      await scene.close();
      throw error;
    });
    return scene;
  }

  async close(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.close()));
    await Promise.all(this.controllers.map((controller) => controller.stop()));
  }

  trigger(type: RunType = 'PROPOSED'): Promise<RunRecord> {
    return this.controlPlane.admin.createRun({ stack: this.stack, type });
  }

  /** A run of a stack that asks for this runner image. */
  async triggerWithImage(runnerImage: string): Promise<RunRecord> {
    const name = `${this.stack}-image`;
    await this.controlPlane.admin.createStack({ name, pool: this.made.id, runnerImage });
    await this.controlPlane.admin.uploadSource(name, Readable.from([Buffer.from('a source')]));
    return this.controlPlane.admin.createRun({ stack: name, type: 'PROPOSED' });
  }

  run(id: string): Promise<RunRecord | null> {
    return this.controlPlane.admin.run(id);
  }

  async log(runId: string): Promise<string> {
    return (await this.controlPlane.admin.readLog(runId, 0)).map(({ text }) => text).join('');
  }

  async runPods(): Promise<RunPod[]> {
    const path = `/api/v1/namespaces/${this.objects.namespace}/pods`;
    return (await kubeOk<{ items: RunPod[] }>('GET', path)).items;
  }

  /** Waits for the only Pod. */
  pod(): Promise<RunPod> {
    return eventually(async () => {
      const [pod, ...others] = await this.runPods();
      expect(others).toEqual([]);
      if (!pod) throw new Error('there is no run Pod');
      return pod;
    });
  }

  untilNoPod(): Promise<void> {
    return eventually(async () => expect(await this.runPods()).toEqual([]));
  }

  async untilWorkers(states: readonly object[]): Promise<void> {
    await eventually(async () => {
      const workers = await this.objects.workers();
      expect(workers.map(({ status }) => status)).toMatchObject(states);
    });
  }

  async untilRun(id: string, expected: Partial<RunRecord>): Promise<void> {
    await eventually(async () => expect(await this.run(id)).toMatchObject(expected));
  }

  /** What the kubelet does. */
  async setPodStatus(pod: RunPod, status: RunPodStatus): Promise<void> {
    const { namespace, name } = pod.metadata;
    const statuses = (list: RunPodStatus['containerStatuses']) =>
      list?.map((entry) => ({ ready: false, restartCount: 0, image: 'x', imageID: '', ...entry }));
    await kubeOk('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      status: {
        ...status,
        initContainerStatuses: statuses(status.initContainerStatuses),
        containerStatuses: statuses(status.containerStatuses),
      },
    });
  }

  /** Somebody deletes the Pod. */
  async removePod({ metadata: { namespace, name } }: RunPod): Promise<void> {
    await kubeOk('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`);
  }

  /** Somebody takes a label off the Pod. */
  async removeLabel({ metadata: { namespace, name } }: RunPod, label: string): Promise<void> {
    await kubeOk('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}`, { metadata: { labels: { [label]: null } } });
  }

  /** Somebody deletes a Worker. */
  async removeWorker(name: string): Promise<void> {
    await kubeOk('DELETE', this.workerPath(name));
  }

  /** Somebody writes into the status of a Worker. */
  async overwriteStatus(name: string, status: WorkerStatus): Promise<void> {
    await kubeOk('PATCH', `${this.workerPath(name)}/status`, { status });
  }

  private workerPath(name: string): string {
    return `/apis/workers.spacelift.io/v1beta1/namespaces/${this.objects.namespace}/workers/${name}`;
  }

  /** What `init` does: from here on the run has started. */
  async startIn(pod: RunPod): Promise<TestPod> {
    const { uid = '', annotations = {} } = pod.metadata;
    const launcher = new TestPod(
      this.made,
      {
        runId: pod.metadata.labels?.['workers.spacelift.io/run-id'] ?? '',
        attempt: Number(annotations['workers.spacelift.io/attempt']),
        fence: Number(annotations['workers.spacelift.io/fence']),
      },
      uid,
    );
    this.pods.push(launcher);
    await launcher.start();
    return launcher;
  }

  /** A quota as it is once kube-controller-manager has looked at it, which does not run here. */
  async forbidPods(): Promise<void> {
    const path = `/api/v1/namespaces/${this.objects.namespace}/resourcequotas`;
    const hard = { pods: '0' };
    const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard } };
    await kubeOk('POST', path, body);
    await kubeOk('PATCH', `${path}/none/status`, { status: { hard, used: { pods: '0' } } });
    await eventually(async () => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'x' },
        spec: { containers: [{ name: 'x', image: 'x' }] },
      };
      const { body } = await kube('POST', `/api/v1/namespaces/${this.objects.namespace}/pods?dryRun=All`, pod);
      // Before its status is seen, it refuses for another reason.
      expect(body.message).toContain('exceeded quota');
    });
  }

  async allowPods(): Promise<void> {
    await kubeOk('DELETE', `/api/v1/namespaces/${this.objects.namespace}/resourcequotas/none`);
  }
}
