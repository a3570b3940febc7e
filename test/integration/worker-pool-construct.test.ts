import { beforeAll, describe, expect, it } from '@jest/globals';
import { Size, type Chart } from 'cdk8s';
import { EnvValue, Topology, Volume } from 'cdk8s-plus-28';
import { workerPoolCrd, type WorkerPoolSpec } from '../../src/api';
import { BinariesCache, TopologySpread, WorkspaceVolume, type WorkerPoolProps } from '../../src/constructs';
import { everything, everythingOfRegistration } from '../constructs/worker-pool/everything';
import { specOf } from '../constructs/worker-pool/support';
import { built } from '../controller/run/fixtures';
import { createNamespace, installCrd, kube, kubeOk, type KubeAnswer } from '../support/kube';

let namespace: string;

beforeAll(async () => {
  namespace = await createNamespace('construct');
  await kubeOk('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'runner' } });
  // What the Pod refers to and admission looks for; another test may have made the one that has no namespace.
  await kube('POST', '/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'gvisor' }, handler: 'runsc' });
  await installCrd({ ...workerPoolCrd() });
});

/** What the API server says of an object, without storing it; unknown fields are an error. */
const tried = (path: string, object: object): Promise<KubeAnswer<{ readonly message?: string }>> =>
  kube('POST', `${path}?dryRun=All&fieldValidation=Strict`, object);

const taken = { status: 201, message: undefined };

async function poolIsTaken(spec: WorkerPoolSpec): Promise<void> {
  const { status, body } = await tried(`/apis/workers.spacelift.io/v1beta1/namespaces/${namespace}/workerpools`, {
    apiVersion: 'workers.spacelift.io/v1beta1',
    kind: 'WorkerPool',
    metadata: { name: 'pool' },
    spec,
  });
  expect({ status, message: body.message }).toEqual(taken);
}

async function runPodIsTaken({ pod }: WorkerPoolSpec): Promise<void> {
  const made = built(pod);
  const metadata = { ...made.metadata, namespace };
  const { status, body } = await tried(`/api/v1/namespaces/${namespace}/pods`, { ...made, metadata });
  expect({ status, message: body.message }).toEqual(taken);
}

describe('the API server takes the WorkerPool of the construct, and the run Pod that is made of it', () => {
  it.each<[string, (chart: Chart) => WorkerPoolProps]>([
    ['with nothing set', () => ({})],
    ['with everything set', everything],
    ['with everything that a pool has that registers itself', everythingOfRegistration],
    [
      'on a disk of its own, with the tools on EFS',
      (chart) => ({
        poolSize: 3,
        pod: {
          workspace: WorkspaceVolume.ephemeral({ storageClass: 'gp2', size: Size.gibibytes(20) }),
          binariesCache: BinariesCache.efs(chart, 'cache', { fileSystemId: 'fs-0123456789abcdef0' }),
        },
      }),
    ],
    [
      'with a Docker daemon that sees the workspace',
      () => ({
        pod: {
          workerContainer: { envVariables: { DOCKER_HOST: EnvValue.fromValue('tcp://localhost:2375') } },
          topologySpread: [TopologySpread.over(Topology.HOSTNAME)],
        },
        extensions: [
          {
            extend: (pool) =>
              pool
                .addSidecar({
                  name: 'docker',
                  image: 'docker:dind',
                  resources: {},
                  securityContext: {
                    privileged: true,
                    allowPrivilegeEscalation: true,
                    ensureNonRoot: false,
                    readOnlyRootFilesystem: false,
                  },
                })
                .mount('/opt/spacelift/workspace', pool.workspace),
          },
        ],
      }),
    ],
    [
      'with one volume in all of its containers',
      (chart) => {
        const certificates = Volume.fromEmptyDir(chart, 'certificates', 'certificates');
        const container = { volumeMounts: [{ path: '/certificates', volume: certificates, readOnly: true }] };
        const own = { name: 'own', image: 'own', ...container };
        return {
          pod: {
            initContainer: container,
            grpcServerContainer: container,
            workerContainer: container,
            sidecars: [own],
            initContainers: [{ ...own, name: 'first' }],
          },
        };
      },
    ],
  ])('%s', async (_, props) => {
    const spec = specOf(props);
    await poolIsTaken(spec);
    await runPodIsTaken(spec);
  });
});
