import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_VERSION, WORKER_POOL, workerCrd, workerPoolCrd } from '../../src/api';
import { CHART, type HelmCluster, type ProgramOutput } from './helm-cluster';
import { eventually, type KubeObject } from './kube';

export const DEFINITIONS = ['workerpools.workers.spacelift.io', 'workers.workers.spacelift.io'] as const;

/** A field that `olderDefinitions` does not have yet. */
const NEW_FIELD = 'description';

interface PoolDefinition extends KubeObject {
  spec: {
    versions: {
      schema: { openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } } };
    }[];
  };
}

/** Our definitions as of a version that knew one field less. */
export function olderDefinitions(): KubeObject[] {
  const pool = structuredClone(workerPoolCrd()) as unknown as PoolDefinition;
  for (const { schema } of pool.spec.versions) {
    delete schema.openAPIV3Schema.properties.spec.properties[NEW_FIELD];
  }
  return [pool, workerCrd() as unknown as KubeObject];
}

/** A definition as it is stored; undefined where there is none. */
export async function definitionOf(cluster: HelmCluster, name: string): Promise<KubeObject | undefined> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const { status, body } = await cluster.kube('GET', path);
  return status === 404 ? undefined : body;
}

/** A copy of our chart as of that version. */
export function olderChart(folder: string): string {
  cpSync(CHART, folder, { recursive: true });
  const templates = join(folder, 'charts/crds/templates');
  rmSync(templates, { recursive: true });
  mkdirSync(templates);
  for (const definition of olderDefinitions()) {
    const annotations = { 'helm.sh/resource-policy': 'keep' };
    const content = { ...definition, metadata: { ...definition.metadata, annotations } };
    writeFileSync(join(templates, `${definition.metadata.name}.yaml`), JSON.stringify(content));
  }
  return folder;
}

/** One release in a namespace of its own, with the WorkerPool of a user. */
export class ReleaseWithPool {
  constructor(
    private readonly cluster: HelmCluster,
    readonly namespace: string,
    readonly name = 'ops',
  ) {}

  helm(verb: string, ...args: string[]): Promise<ProgramOutput> {
    return this.cluster.helm(verb, this.name, ...args, '--namespace', this.namespace);
  }

  async helmOk(verb: string, ...args: string[]): Promise<string> {
    return this.cluster.helmOk(verb, this.name, ...args, '--namespace', this.namespace);
  }

  /** What people type; `helm upgrade --install` on our chart. */
  upgradeInstall(...args: string[]): Promise<ProgramOutput> {
    return this.helm('upgrade', CHART, '--install', ...args);
  }

  async createPool(): Promise<KubeObject> {
    const metadata = { name: 'team' };
    const body = { apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata, spec: { poolSize: 3 } };
    return eventually(() => this.cluster.kubeOk('POST', this.pools, body));
  }

  /** The pool as it is now; undefined when it is gone, or its definition. */
  pool(): Promise<KubeObject | undefined> {
    return eventually(async () => {
      const { status, body } = await this.cluster.kube('GET', `${this.pools}/team`);
      if (status === 429) throw new Error('the definition has just changed');
      return status === 200 ? body : undefined;
    });
  }

  /** Whether the definition has the newest field. What is stored: requests are judged by it some time later. */
  async hasNewField(): Promise<boolean> {
    const { spec } = (await definitionOf(this.cluster, DEFINITIONS[0])) as PoolDefinition;
    return spec.versions.every(({ schema }) => NEW_FIELD in schema.openAPIV3Schema.properties.spec.properties);
  }

  private get pools(): string {
    return `/apis/${API_VERSION}/namespaces/${this.namespace}/${WORKER_POOL.plural}`;
  }
}
