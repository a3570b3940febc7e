import { randomBytes } from 'node:crypto';
import { mkdirSync, chownSync } from 'node:fs';
import { App, Chart, Size } from 'cdk8s';
import { Namespace, Secret } from 'cdk8s-plus-28';
import { RUN_AS } from '../../api';
import { ControlPlaneWeb, WorkerPoolControlPlane } from '../../constructs';
import { type LocalCluster } from '../../local-cluster';
import { until, type Kubernetes } from './kubernetes';
import { DEMO } from './settings';

const { namespace, name, apiKeySecret } = DEMO.controlPlane;

export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * Installs the bundled control plane, or brings it up to date; its volume and API key stay.
 *
 * @param dataFolder where its data lies on a node of this project, which has no provisioner of volumes
 */
export async function installControlPlane(
  kubernetes: Kubernetes,
  cluster: LocalCluster,
  images: Readonly<Record<string, string>>,
  dataFolder: string,
): Promise<ApiKey> {
  const apiKey = (await readApiKey(kubernetes)) ?? { id: 'admin', secret: randomBytes(24).toString('base64url') };
  if (cluster.kind === 'node') await kubernetes.apply(nodeVolume(dataFolder));
  await makeWay(kubernetes);
  await kubernetes.apply(manifest(cluster, images, apiKey));
  await kubernetes.kubectl(['rollout', 'status', `statefulset/${name}`, '-n', namespace, '--timeout=180s']);
  return apiKey;
}

/**
 * Takes away what a StatefulSet would not change: itself, whose Service's name and claims stay as they were made, and a Pod
 * that never became ready, for whose end it would wait. A Pod that works goes on until it is replaced; the volume stays. The
 * Service of older checkouts had the node port that the present one asks for.
 */
async function makeWay(kubernetes: Kubernetes): Promise<void> {
  const pod = await kubernetes.get<{ status: { conditions?: readonly { type: string; status: string }[] } }>(
    'pod',
    `${name}-0`,
    namespace,
  );
  const isReady = pod?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const here = ['-n', namespace, '--ignore-not-found'];
  await kubernetes.kubectl(['delete', 'statefulset', name, '--cascade=orphan', ...here]);
  await kubernetes.kubectl(['delete', 'service', `${name}-node-port`, ...here]);
  if (pod !== undefined && isReady !== true) await kubernetes.kubectl(['delete', 'pod', `${name}-0`, ...here]);
}

/** @returns the PEM of the authority that signed the control plane's certificate, taken from its own volume */
export function readAuthority(kubernetes: Kubernetes): Promise<string> {
  const pod = `${name}-0`;
  return until(
    async () => {
      const pem = await kubernetes
        .kubectl(['exec', '-n', namespace, pod, '--', 'cat', '/var/lib/worker-pools/ca.crt'])
        .catch(() => undefined);
      return pem?.includes('BEGIN CERTIFICATE') && pem;
    },
    () => `the control plane's Pod ${namespace}/${pod} does not give out its certificate authority`,
    60_000,
  );
}

async function readApiKey(kubernetes: Kubernetes): Promise<ApiKey | undefined> {
  const secret = await kubernetes.get<{ data: Record<string, string> }>('secret', apiKeySecret, namespace);
  if (!secret) return undefined;
  const text = (key: string): string => Buffer.from(secret.data[key] ?? '', 'base64').toString();
  return { id: text('id'), secret: text('secret') };
}

function manifest(cluster: LocalCluster, images: Readonly<Record<string, string>>, apiKey: ApiKey): string {
  const app = new App();
  const chart = new Chart(app, 'control-plane', { namespace, disableResourceNameHashes: true });
  new Namespace(chart, 'namespace', { metadata: { name: namespace, namespace: '' } });
  const secret = new Secret(chart, 'api-key', { metadata: { name: apiKeySecret }, stringData: { ...apiKey } });
  new WorkerPoolControlPlane(chart, 'control-plane', {
    name,
    image: images['control-plane'],
    apiKeySecret: secret,
    launcherImage: images.launcher,
    defaultRunnerImage: images.runner,
    nodePort: DEMO.nodePort,
    // Whoever reaches the demo may look at it; every change wants the API key.
    web: ControlPlaneWeb.OPEN,
    tlsSans: [cluster.nodePortHost],
    storageSize: Size.gibibytes(1),
    storageClassName: cluster.kind === 'node' ? '' : undefined,
  });
  return app.synthYaml();
}

/** The volume that the control plane claims. */
function nodeVolume(folder: string): object {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, RUN_AS, RUN_AS);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'control-plane' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      claimRef: { namespace, name: `data-${name}-0` },
      hostPath: { path: folder, type: 'Directory' },
    },
  };
}
