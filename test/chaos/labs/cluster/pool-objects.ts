import { API_VERSION, type Worker } from '../../../../src/api';
import type { RunPod } from '../../../../src/controller/run';
import { encodeToken } from '../../../../src/protocol/token';
import type { TestPool } from '../../../control-plane/support/control-plane';
import { kubeOk } from '../../../support/kube';

export const POOL = 'pool';

/** Token and private key as the Secret holds them. */
export const secretOf = ({ token, privateKeyPem }: TestPool) => ({
  token: encodeToken(token),
  privateKey: Buffer.from(privateKeyPem).toString('base64'),
});

/** The objects of a scene, as its administrator reads and writes them, with no proxy between. */
export class SceneObjects {
  constructor(readonly namespace: string) {}

  path(plural: string, name = ''): string {
    return `/apis/${API_VERSION}/namespaces/${this.namespace}/${plural}${name && `/${name}`}`;
  }

  core(plural: string, name = ''): string {
    return `/api/v1/namespaces/${this.namespace}/${plural}${name && `/${name}`}`;
  }

  async create(pool: TestPool, poolSize: number): Promise<void> {
    await this.createSecret(pool);
    await kubeOk('POST', this.path('workerpools'), {
      apiVersion: API_VERSION,
      kind: 'WorkerPool',
      metadata: { name: POOL },
      spec: {
        poolSize,
        token: { secretKeyRef: { name: POOL, key: 'token' } },
        privateKey: { secretKeyRef: { name: POOL, key: 'privateKey' } },
      },
    });
  }

  async createSecret(pool: TestPool): Promise<void> {
    const stringData = secretOf(pool);
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: POOL }, stringData };
    await kubeOk('POST', this.core('secrets'), body);
  }

  async deleteSecret(): Promise<void> {
    await kubeOk('DELETE', this.core('secrets', POOL));
  }

  /** What `kubectl scale` does. */
  async scale(replicas: number): Promise<void> {
    await kubeOk('PATCH', `${this.path('workerpools', POOL)}/scale`, { spec: { replicas } });
  }

  /** The version of everything there is at this moment. */
  async version(): Promise<string> {
    return (await kubeOk<{ metadata: { resourceVersion: string } }>('GET', this.core('pods'))).metadata.resourceVersion;
  }

  async workers(): Promise<Worker[]> {
    return (await kubeOk<{ items: Worker[] }>('GET', this.path('workers'))).items;
  }

  async pods(): Promise<RunPod[]> {
    return (await kubeOk<{ items: RunPod[] }>('GET', this.core('pods'))).items;
  }
}
