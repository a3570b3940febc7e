import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHART, OwnCluster } from '../support/helm-cluster';
import { differences, objectsOf } from '../support/helm-objects';
import { OFFICIAL_CHART, OfficialObjects } from '../support/helm-official';
import { createNamespace, kube, type KubeObject } from '../support/kube';

const MINUTE = 60_000;
const RELEASE = 'ops';
const DEPLOYMENT = 'Deployment/ops-spacelift-workerpool-controller-controller-manager';

const EXPORTER = { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

/** Each official value, and another one than its default where it has one. */
const EVERY_VALUE = {
  crds: { install: true, annotations: { team: 'platform' } },
  controllerManager: {
    replicas: 2,
    manager: {
      args: ['--health-probe-bind-address=:8081', '--leader-elect', '--leader-elect=true'],
      containerSecurityContext: { runAsUser: 65532, allowPrivilegeEscalation: false },
      image: { repository: 'registry.example:5000/controller', tag: 'v9' },
      resources: { limits: { memory: '1Gi' }, requests: { cpu: '200m', memory: '1Gi' } },
      extraVolumeMounts: [{ name: 'certificates', mountPath: '/opt/spacelift/certs' }],
      extraPodLabels: { team: 'platform' },
    },
    annotations: { note: 'on the Deployment' },
    podAnnotations: { 'karpenter.sh/do-not-disrupt': 'true' },
    extraLabels: { team: 'platform' },
    serviceAccount: { create: true, name: 'operator', annotations: { role: 'arn' }, labels: { team: 'platform' } },
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
    imagePullSecrets: [{ name: 'registry' }],
    extraVolumes: [{ name: 'certificates', configMap: { name: 'certificates' } }],
    enforceFips140: true,
  },
  kubernetesClusterDomain: 'example.internal',
  metricsService: {
    enabled: true,
    secure: true,
    enableHTTP2: true,
    ports: [{ name: 'https', port: 9443, protocol: 'TCP', targetPort: 'metrics' }],
    type: 'LoadBalancer',
  },
  pdb: { enabled: true, minAvailable: 3 },
  'spacelift-promex': {
    enabled: true,
    ...EXPORTER,
    replicaCount: 2,
    image: { repository: 'registry.example:5000/promex', tag: 'v9', pullPolicy: 'Always' },
    labels: { team: 'platform' },
    annotations: { note: 'on the Deployment' },
    podAnnotations: { note: 'on the Pod' },
    imagePullSecrets: [{ name: 'registry' }],
    nodeSelector: { pool: 'system' },
  },
};

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await OwnCluster.start();
}, 5 * MINUTE);

afterAll(async () => {
  await cluster?.stop();
});

describe.each<[string, string[], object]>([
  ['with default values', [], {}],
  ['that Helm 3 installed, which writes objects otherwise', ['--server-side=false'], {}],
  ['with every value set', [], EVERY_VALUE],
])('the upgrade of an official release %s', (_, options, values) => {
  let namespace: string;
  let objects: OfficialObjects;
  let before: { release: ReadonlyMap<string, KubeObject>; pools: KubeObject[] };
  let after: typeof before;

  beforeAll(async () => {
    namespace = await createNamespace('release', cluster.server);
    const file = cluster.file(values);
    await cluster.helmOk('install', RELEASE, OFFICIAL_CHART, '--namespace', namespace, '--values', file, ...options);
    objects = await OfficialObjects.create(cluster);
    before = await state();
    await cluster.helmOk('upgrade', RELEASE, CHART, '--namespace', namespace, '--values', file);
    after = await state();
  }, 2 * MINUTE);

  const state = async () => ({
    release: await objectsOf(cluster, RELEASE, namespace),
    pools: await objects.read(),
  });

  it('does not touch a WorkerPool, a Worker or a Pod', () => {
    expect(after.pools).toEqual(before.pools);
  });

  it('leaves objects behind that may be written again as they are', async () => {
    for (const object of after.pools.filter(({ apiVersion }) => apiVersion !== 'v1')) {
      const path = `${objects.path(`${object.kind.toLowerCase()}s`)}/${object.metadata.name}`;
      const answer = await kube('PUT', `${path}?fieldValidation=Strict&dryRun=All`, object, cluster.server);
      expect(answer).toMatchObject({ status: 200, body: { spec: object.spec } });
    }
  });

  it('changes the objects of the release in place', () => {
    for (const [key, object] of before.release) {
      expect([key, after.release.get(key)?.metadata.uid]).toEqual([key, object.metadata.uid]);
    }
  });

  it('diff', () => {
    for (const [key, object] of before.release) {
      const now = after.release.get(key);
      console.log(key, now && differences(object, now));
    }
    console.log(
      [...after.release.keys()].filter((key) => !before.release.has(key)),
      DEPLOYMENT,
    );
  });

  afterAll(async () => {
    await objects?.remove();
    await cluster.helmOk('uninstall', RELEASE, '--namespace', namespace);
    await cluster.kubectlOk('delete', 'crd', 'workerpools.workers.spacelift.io', 'workers.workers.spacelift.io');
  }, MINUTE);
});
