import { randomBytes } from 'node:crypto';
import { API_VERSION, LABEL, WORKER, type Worker, type WorkerPoolSpec } from '../../src/api';
import { buildRunPod, type RunPod } from '../../src/controller/run';
import type { Assignment } from '../../src/protocol/messages';
import { apiServer, type ApiServer } from './api-server';
import { kubeOk, type KubeObject } from './kube';

const POOL_ULID = '01HPS9HDSWCQ73RPDTVAK0KK0A';

/** Workers with run Pods as the controller and a kubelet leave them, with neither of the two. */
export class RunPods {
  private constructor(
    private readonly pool: string,
    readonly namespace: string,
    private readonly server: ApiServer,
  ) {}

  static of(pool: string, namespace: string, server: ApiServer = apiServer()): RunPods {
    return new RunPods(pool, namespace, server);
  }

  /** A Worker with its Pod, which a kubelet has started; the Pod's name. */
  async start(observed: { readonly phase?: string; readonly ready?: boolean } = {}): Promise<string> {
    const { metadata } = await kubeOk<RunPod>('POST', this.podsPath, await this.build(), this.server);
    const { phase = 'Running', ready = phase === 'Running' } = observed;
    const status = { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] };
    await kubeOk('PATCH', `${this.podsPath}/${metadata.name}/status`, { status }, this.server);
    return metadata.name;
  }

  /** A Worker, and the Pod that the controller would create for a run on it. */
  async build(spec: WorkerPoolSpec = {}): Promise<RunPod> {
    const worker = await this.createWorker();
    const workerId = worker.metadata.name.slice(this.pool.length + 1).toUpperCase();
    const pool = { metadata: { ...worker.metadata, name: this.pool }, spec };
    return buildRunPod({ assignment: assignment(), pool, poolUlid: POOL_ULID, worker, workerId });
  }

  private async createWorker(): Promise<Worker> {
    const body = {
      apiVersion: API_VERSION,
      kind: WORKER.kind,
      metadata: {
        name: `${this.pool}-${ulid().toLowerCase()}`,
        labels: { [LABEL.workerPool]: POOL_ULID },
      },
      spec: {},
    };
    const path = `/apis/${API_VERSION}/namespaces/${this.namespace}/${WORKER.plural}`;
    return (await kubeOk<KubeObject>('POST', path, body, this.server)) as unknown as Worker;
  }

  private get podsPath(): string {
    return `/api/v1/namespaces/${this.namespace}/pods`;
  }
}

function assignment(): Assignment {
  return {
    runId: ulid(),
    stage: 'preparing',
    attempt: 1,
    fence: 1,
    vendor: 'opentofu',
    launcherImage: 'control-plane.test/launcher:1',
    defaultRunnerImage: 'control-plane.test/runner:1',
    startDeadline: 0,
    started: false,
    stop: null,
  };
}

/** Enough of one for a name: 26 characters of its alphabet. */
const ulid = (): string => randomBytes(13).toString('hex').toUpperCase();
