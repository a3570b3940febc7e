import { kubeOk, type KubeObject } from '../../../support/kube';

/** Deletes every binding of a namespace; the result makes them again. */
export async function takeRightsAway(namespace: string): Promise<() => Promise<void>> {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
  const { items } = await kubeOk<{ items: KubeObject[] }>('GET', path);
  for (const { metadata } of items) await kubeOk('DELETE', `${path}/${metadata.name}`);
  return async () => {
    for (const { metadata, ...binding } of items) {
      await kubeOk('POST', path, { ...binding, metadata: { name: metadata.name } });
    }
  };
}
