import { apiServer, type ApiServer } from './api-server';
import { eventually, kube, kubeOk } from './kube';

/** A level of the Pod Security Standards. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/**
 * Lets only Pods of a level into a namespace, from now on: the API server's admission reads the namespace's labels from a
 * cache of its own, which may lag behind what was written, so that this waits until a privileged Pod is told the new level.
 */
export async function admitOnly(
  level: PodSecurityLevel,
  namespace: string,
  server: ApiServer = apiServer(),
): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  await kubeOk('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels } }, server);
  await eventually(async () => {
    const { status, body } = await kube<{ message?: string }>('POST', podsOf(namespace), PRIVILEGED_POD, server);
    const told = status === 201 ? 'privileged' : /violates PodSecurity "(\w+):/.exec(body.message ?? '')?.[1];
    if (told !== level) throw new Error(`admission of ${namespace} still says ${told ?? body.message}, not ${level}`);
  });
}

const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods?dryRun=All`;

const PRIVILEGED_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'asks-which-level-is-enforced' },
  spec: { containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] },
};
