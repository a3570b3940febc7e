import { describe, expect, test } from '@jest/globals';
import { VERSIONS } from '../../src/local-cluster/binaries';
import { createNamespace, kube, kubeOk, type KubeObject } from '../support/kube';

describe('the API server of the integration tests', () => {
  test('is the Kubernetes of the catalogue and calls itself so', async () => {
    const [major, minor] = VERSIONS.kubernetes.split('.');
    expect(await kubeOk('GET', '/version')).toMatchObject({ major, minor, gitVersion: `v${VERSIONS.kubernetes}` });
  });

  test('accepts a Pod in a namespace of the test', async () => {
    const namespace = await createNamespace();
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one' },
      spec: { containers: [{ name: 'main', image: 'localhost/none' }] },
    };
    await kubeOk('POST', `/api/v1/namespaces/${namespace}/pods`, pod);
    const { items } = await kubeOk<{ items: KubeObject[] }>('GET', `/api/v1/namespaces/${namespace}/pods`);
    expect(items.map((item) => item.metadata.name)).toEqual(['one']);
  });

  test('refuses what the schema forbids', async () => {
    const namespace = await createNamespace();
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'Not A Name' }, spec: { containers: [] } };
    expect((await kube('POST', `/api/v1/namespaces/${namespace}/pods`, pod)).status).toBe(422);
  });
});
