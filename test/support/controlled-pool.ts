import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  workerCrd,
  workerPoolCrd,
  type Condition,
  type Worker,
  type WorkerPool,
  type WorkerPoolSpec,
} from '../../src/api';
import type { ControlPlane } from '../../src/control-plane';
import { runController, type RunControl } from '../../src/controller/main';
import type { ControllerOptions } from '../../src/controller/options';
import { encodeToken } from '../../src/protocol/token';
import { makePool, type TestPool } from '../control-plane/support/control-plane';
import { eventually, installCrd, kube, kubeOk, type KubeObject } from './kube';
import { operatorKubeconfig } from './operator-account';

export type Transport = 'mqtt' | 'poll';

/** Installs both CRDs. */
export async function installCrds(): Promise<void> {
  for (const crd of [workerPoolCrd(), workerCrd()]) await installCrd(crd as unknown as KubeObject);
}

/** A controller that looks after one namespace, in this process, with everything real, the rights of a release among it. */
export interface RunningController {
  readonly ports: { readonly health?: number; readonly metrics?: number };
  /** Settles as runController does. */
  readonly ended: Promise<void>;
  /** Tells it to stop and waits for its end. */
  stop(): Promise<void>;
}

export async function startController(
  namespace: string,
  options: ControllerOptions = {},
  control: RunControl = {},
): Promise<RunningController> {
  const { namespaces = [namespace], controllerNamespace = namespace } = options;
  const settings = {
    namespaces,
    runDisruptionBudget: options.runDisruptionBudget ?? false,
    secureMetrics: options.metricsBindAddress !== undefined && options.metricsSecure !== false,
  };
  const kubeconfig = options.kubeconfig ?? (await operatorKubeconfig(controllerNamespace, settings));
  const stopping = new AbortController();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  let ended = Promise.resolve();
  const ports = await new Promise<RunningController['ports']>((resolve, reject) => {
    ended = runController(
      {
        healthProbeBindAddress: '127.0.0.1:0',
        version: '1.2.3',
        ...options,
        ...{ kubeconfig, namespaces, controllerNamespace },
      },
      { logger: log, ...control, signal: stopping.signal, onServing: resolve },
    );
    ended.catch(reject);
  });
  return {
    ports,
    ended,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

export interface SecretValues {
  readonly token: string;
  readonly privateKey: string;
}

export type NewPool = TestPool & { readonly secret: SecretValues };

/** A new pool of the control plane, and what belongs into its Secret. */
export async function newPool(controlPlane: ControlPlane): Promise<NewPool> {
  const pool = await makePool(controlPlane, `pool-${randomBytes(3).toString('hex')}`);
  return { ...pool, secret: secretValues(pool) };
}

export function secretValues({ token, privateKeyPem }: Pick<TestPool, 'token' | 'privateKeyPem'>): SecretValues {
  return { token: encodeToken(token), privateKey: Buffer.from(privateKeyPem).toString('base64') };
}

/** The objects of one namespace, by what a test wants of them. */
export class PoolObjects {
  constructor(readonly namespace: string) {}

  private path(plural: string, name = ''): string {
    return `/apis/workers.spacelift.io/v1beta1/namespaces/${this.namespace}/${plural}${name && `/${name}`}`;
  }

  async putSecret(name: string, stringData: Partial<SecretValues>): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}/secrets`;
    const { status } = await kube('GET', `${path}/${name}`);
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
    if (status === 404) await kubeOk('POST', path, body);
    else await kubeOk('PATCH', `${path}/${name}`, { stringData });
  }

  /** Makes a pool in both places. */
  async addPool(controlPlane: ControlPlane, name: string, spec: WorkerPoolSpec = {}): Promise<NewPool> {
    const made = await newPool(controlPlane);
    await this.putSecret(name, made.secret);
    await this.createPool(name, spec);
    return made;
  }

  async createPool(name: string, spec: WorkerPoolSpec = {}): Promise<void> {
    await kubeOk('POST', this.path('workerpools'), {
      apiVersion: 'workers.spacelift.io/v1beta1',
      kind: 'WorkerPool',
      metadata: { name },
      spec: {
        token: { secretKeyRef: { name, key: 'token' } },
        privateKey: { secretKeyRef: { name, key: 'privateKey' } },
        ...spec,
      },
    });
  }

  async changePool(name: string, spec: WorkerPoolSpec): Promise<void> {
    await kubeOk('PATCH', this.path('workerpools', name), { spec });
  }

  /** Server-side apply without force, as Terraform and GitOps tools do it. */
  async apply(name: string, manifest: object): Promise<WorkerPool> {
    const path = `${this.path('workerpools', name)}?fieldManager=terraform`;
    return kubeOk<WorkerPool>('APPLY', path, manifest);
  }

  /** What `kubectl scale` does. */
  async scale(name: string, replicas: number): Promise<void> {
    await kubeOk('PATCH', `${this.path('workerpools', name)}/scale`, { spec: { replicas } });
  }

  /** What an autoscaler does first. */
  async readScale(name: string): Promise<unknown> {
    return kubeOk('GET', `${this.path('workerpools', name)}/scale`);
  }

  async deletePool(name: string): Promise<void> {
    await kubeOk('DELETE', this.path('workerpools', name));
  }

  async pool(name: string): Promise<WorkerPool | undefined> {
    const { status, body } = await kube('GET', this.path('workerpools', name));
    return status === 404 ? undefined : (body as unknown as WorkerPool);
  }

  async condition(name: string, type: string): Promise<Condition | undefined> {
    return (await this.pool(name))?.status?.conditions?.find((condition) => condition.type === type);
  }

  async untilCondition(name: string, type: string, expected: object): Promise<void> {
    await eventually(async () => expect(await this.condition(name, type)).toMatchObject(expected));
  }

  /**
   * Waits until the controller has nothing more to write to a pool that is left alone.
   * @returns the pool
   */
  async untilSettled(name: string): Promise<WorkerPool> {
    return eventually(async () => {
      const pool = await this.pool(name);
      const observedGeneration = pool?.metadata.generation;
      // The Pod template is checked beside the passes: it may be the last to be known.
      const settled = ['Registered', 'PodTemplateValid', 'Ready'].map((type) =>
        expect.objectContaining({ type, status: 'True', observedGeneration }),
      );
      expect(pool?.status).toMatchObject({ observedGeneration, conditions: expect.arrayContaining(settled) });
      return pool as WorkerPool;
    });
  }

  async workers(): Promise<Worker[]> {
    return (await kubeOk<{ items: Worker[] }>('GET', this.path('workers'))).items;
  }

  async events(): Promise<{ type: string; reason: string; message: string; source?: { component?: string } }[]> {
    return (await kubeOk<{ items: never[] }>('GET', `/api/v1/namespaces/${this.namespace}/events`)).items;
  }
}
