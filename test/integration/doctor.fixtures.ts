import { expect } from '@jest/globals';
import { API_VERSION, LABEL, type Worker, type WorkerPoolSpec } from '../../src/api';
import { Cluster, ClusterView, examine, type Finding, type Scope } from '../../src/doctor';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { PoolObjects, type NewPool } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { createNamespace, eventually, kube, kubeOk, untilServed } from '../support/kube';
import { startOwnApiServer } from '../support/own-api-server';
import type { RunningApiServer } from '../support/api-server.start';

/** Undoes what was broken. */
export type Mend = () => Promise<unknown>;

export const POOL = 'production';
const RELEASE = 'ops';

/** A cluster with the operator and a pool that has Workers, both made by the real chart and the real controller. */
export class Hospital {
  private constructor(
    readonly server: RunningApiServer,
    readonly helm: HelmCluster,
    readonly cluster: Cluster,
    readonly controlPlane: TestControlPlane,
    readonly operators: string,
    readonly objects: PoolObjects,
    readonly pool: NewPool,
  ) {}

  static async open(): Promise<Hospital> {
    const server = await startOwnApiServer();
    const helm = new HelmCluster(server);
    const [controlPlane, operators, namespace] = await Promise.all([
      TestControlPlane.start(),
      createNamespace('operators'),
      createNamespace('network'),
    ]);
    const values = ['metricsService.enabled=true', 'pdb.enabled=true'].join(',');
    await helm.helmOk('install', RELEASE, CHART, '--namespace', operators, '--set', values);
    for (const plural of ['workerpools', 'workers']) await untilServed(`${plural}.workers.spacelift.io`);
    const objects = new PoolObjects(namespace);
    const controller = await startControllerOf(helm, RELEASE, operators);
    const pool = await objects.addPool(controlPlane, POOL, { poolSize: 2 });
    await objects.untilSettled(POOL);
    // From here on nobody heals what a test breaks.
    await controller.stop();
    const cluster = await Cluster.open({ kubeconfig: server.kubeconfigPath });
    const made = new Hospital(server, helm, cluster, controlPlane, operators, objects, pool);
    await made.heal();
    return made;
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await this.controlPlane.close();
    this.helm.remove();
    await this.server.stop();
  }

  get deployment(): string {
    return `${fullNameOf(RELEASE)}-controller-manager`;
  }

  readonly paths = {
    deployment: (): string => `/apis/apps/v1/namespaces/${this.operators}/deployments/${this.deployment}`,
    lease: (): string => `/apis/coordination.k8s.io/v1/namespaces/${this.operators}/leases/${fullNameOf(RELEASE)}`,
    pool: (name = POOL): string =>
      `/apis/workers.spacelift.io/v1beta1/namespaces/${this.objects.namespace}/workerpools/${name}`,
    crd: (plural: string): string =>
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.workers.spacelift.io`,
    core: (plural: string): string => `/api/v1/namespaces/${this.objects.namespace}/${plural}`,
  };

  /** As if the Deployment's replica ran and led: nobody runs Pods here. */
  async heal(): Promise<void> {
    await this.deploymentStatus(1);
    const spec = {
      holderIdentity: 'the replica',
      leaseDurationSeconds: 3600,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    };
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: fullNameOf(RELEASE) },
      spec,
    };
    await this.put(this.paths.lease(), lease);
  }

  async deploymentStatus(readyReplicas: number): Promise<void> {
    const status = { replicas: 1, updatedReplicas: 1, readyReplicas, availableReplicas: readyReplicas };
    await kubeOk('PATCH', `${this.paths.deployment()}/status`, { status });
  }

  /** Makes an object; the mend deletes it. */
  async make(collection: string, object: { metadata: { name: string } }): Promise<Mend> {
    await kubeOk('POST', collection, object);
    return () => kubeOk('DELETE', `${collection}/${object.metadata.name}`);
  }

  /** Makes an object be so, whether it is there or not. */
  async put(path: string, object: object): Promise<void> {
    const { status } = await kube('PATCH', path, object);
    if (status === 404) await kubeOk('POST', path.slice(0, path.lastIndexOf('/')), object);
  }

  /** Changes the spec of the pool; the mend puts it back. */
  async changePool(spec: WorkerPoolSpec): Promise<Mend> {
    const before = (await this.objects.pool(POOL))?.spec as Record<string, unknown>;
    await this.objects.changePool(POOL, spec);
    const back = Object.fromEntries(Object.keys(spec).map((key) => [key, before[key] ?? null]));
    return () => kubeOk('PATCH', this.paths.pool(), { spec: back });
  }

  /** Until exactly these codes are found: what was written is heard a little later by the API server's own caches. */
  async untilFound(codes: readonly string[]): Promise<void> {
    await eventually(async () => {
      const found = await this.findings();
      const told = found.map(({ code, object, message }) => `${code}: ${object}: ${message}`);
      expect({ codes: [...new Set(found.map(({ code }) => code))], told }).toEqual({ codes, told });
    }, 20_000);
  }

  /** The Pod of a run that a Worker has, for which there is no node. */
  async runPodOf({ metadata }: Worker): Promise<void> {
    const name = '01k3zc0000000000000000000r-preparing-1';
    const owner = { apiVersion: API_VERSION, kind: 'Worker', name: metadata.name, uid: metadata.uid, controller: true };
    const container = (of: string) => ({ name: of, image: 'example/image:1' });
    await kubeOk('POST', this.paths.core('pods'), {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name, labels: { [LABEL.workerPool]: this.pool.id }, ownerReferences: [owner] },
      spec: { initContainers: [container('init')], containers: [container('launcher-grpc'), container('worker')] },
    });
    const scheduled = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available',
    };
    await kubeOk('PATCH', `${this.paths.core('pods')}/${name}/status`, {
      status: { phase: 'Pending', conditions: [scheduled] },
    });
  }

  /** What is wrong with it. */
  async findings(scope: Scope = {}, cluster = this.cluster): Promise<readonly Finding[]> {
    const options = { cluster, version: '0.1.0' };
    return (await examine(new ClusterView(cluster.client), scope, options)).findings;
  }
}
