import { beforeAll, describe, expect, test } from '@jest/globals';
import { workerPoolCrd } from '../../src/api';
import { SHARED_PROCESSES } from '../support/process-namespace';
import { createNamespace, installCrd, kube, kubeOk, type KubeObject } from '../support/kube';

let namespace: string;

const poolsPath = (): string => `/apis/workers.spacelift.io/v1beta1/namespaces/${namespace}/workerpools`;

const poolNamed = (name: string, spec: unknown): KubeObject => ({
  apiVersion: 'workers.spacelift.io/v1beta1',
  kind: 'WorkerPool',
  metadata: { name },
  spec,
});

async function refusal(pool: KubeObject): Promise<string> {
  const { status, body } = await kube<{ message?: string }>('POST', `${poolsPath()}?fieldValidation=Strict`, pool);
  if (status < 400) throw new Error(`The API server took ${JSON.stringify(pool)}.`);
  return body.message ?? '';
}

beforeAll(async () => {
  namespace = await createNamespace('crd-rules');
  await installCrd({ ...workerPoolCrd() });
});

describe('a WorkerPool is refused', () => {
  const reference = { secretKeyRef: { name: 'my-pool', key: 'token' } };
  const container = (name: string) => ({ name, image: 'redis' });
  const cases: readonly { title: string; spec: unknown; says: string }[] = [
    {
      title: 'a token without a private key',
      spec: { token: reference },
      says: 'token and privateKey must both be set or both be unset',
    },
    {
      title: 'a private key without a token',
      spec: { privateKey: reference },
      says: 'token and privateKey must both be set or both be unset',
    },
    {
      title: 'more Workers than one session can tell of',
      spec: { poolSize: 10_001 },
      says: 'a pool has 10000 Workers at most: make another WorkerPool for more',
    },
    {
      title: 'long polling without a URL',
      spec: { commsProtocol: 'poll' },
      says: 'pollCommsURL is required when commsProtocol is poll',
    },
    {
      title: 'long polling with an empty URL',
      spec: { commsProtocol: 'poll', pollCommsURL: '' },
      says: 'pollCommsURL is required when commsProtocol is poll',
    },
    {
      title: 'a URL of another scheme',
      spec: { pollCommsURL: 'mqtts://control-plane.example.com' },
      says: 'must be an http or https URL',
    },
    { title: 'another protocol', spec: { commsProtocol: 'amqp' }, says: 'supported values: "mqtt", "poll"' },
    {
      title: 'drift detection disabled, yet limited',
      spec: { driftDetectionRunLimits: { disabled: true, maxRuns: 1 } },
      says: 'maxRuns cannot be set when disabled is true',
    },
    {
      title: 'drift detection neither disabled nor limited',
      spec: { driftDetectionRunLimits: {} },
      says: 'either disabled must be true or maxRuns must be set',
    },
    {
      title: 'API credentials of both shapes',
      spec: { spaceliftAPICredentials: { secretName: 'api-key', secretKeyRef: { name: 'api-key', key: 'all' } } },
      says: 'exactly one of secretName and secretKeyRef must be set',
    },
    {
      title: 'API credentials of neither shape',
      spec: { spaceliftAPICredentials: {} },
      says: 'exactly one of secretName and secretKeyRef must be set',
    },
    { title: 'a negative size', spec: { poolSize: -1 }, says: 'spec.poolSize: Invalid value: -1' },
    { title: 'a negative limit', spec: { failedPodsHistoryLimit: -1 }, says: 'greater than or equal to 0' },
    {
      title: 'an age that is no duration',
      spec: { failedPodsHistoryTTL: '1 day' },
      says: 'must be a duration such as 30m, 24h or 1h30m',
    },
    {
      title: 'a registry with a path',
      spec: { allowedRunnerImageHosts: ['docker.io/library'] },
      says: 'must be a host name such as docker.io',
    },
    { title: 'a deadline of no seconds', spec: { pod: { activeDeadlineSeconds: 0 } }, says: 'activeDeadlineSeconds' },
    {
      title: 'a volume named like the workspace',
      spec: { pod: { volumes: [{ name: 'workspace' }], workspaceVolume: { name: 'workspace' } } },
      says: 'volumes must not repeat the name of workspaceVolume',
    },
    {
      title: 'a volume named like the binaries cache',
      spec: { pod: { volumes: [{ name: 'cache' }], binariesCacheVolume: { name: 'cache' } } },
      says: 'volumes must not repeat the name of binariesCacheVolume',
    },
    {
      title: 'one name for workspace and binaries cache',
      spec: { pod: { workspaceVolume: { name: 'data' }, binariesCacheVolume: { name: 'data' } } },
      says: 'workspaceVolume and binariesCacheVolume must have different names',
    },
    {
      title: 'a sidecar named like a built-in container',
      spec: { pod: { additionalSidecarContainers: [container('redis'), container('worker')] } },
      says: 'additionalSidecarContainers must not use the names of the built-in containers',
    },
    {
      title: 'an init container named like a built-in one',
      spec: { pod: { customInitContainers: [container('init')] } },
      says: 'customInitContainers must not use the names of the built-in containers',
    },
    {
      title: 'a field of an init container that Kubernetes does not know there',
      spec: { pod: { initContainer: { lifecycle: {} } } },
      says: 'unknown field "spec.pod.initContainer.lifecycle"',
    },
    { title: 'a misspelt field', spec: { poolsize: 2 }, says: 'unknown field "spec.poolsize"' },
    {
      title: 'a misspelt field of a Kubernetes type',
      spec: { pod: { tolerations: [{ ke: 'gpu' }] } },
      says: 'unknown field "spec.pod.tolerations[0].ke"',
    },
    {
      title: 'an amount that is none',
      spec: { pod: { workerContainer: { resources: { requests: { memory: 'much' } } } } },
      says: 'spec.pod.workerContainer.resources.requests.memory',
    },
    {
      title: 'a variable twice in one sidecar',
      spec: {
        pod: { additionalSidecarContainers: [{ ...container('redis'), env: [{ name: 'A' }, { name: 'A' }] }] },
      },
      says: 'Duplicate value',
    },
  ];

  test.each(cases)('for $title', async ({ spec, says }) => {
    expect(await refusal(poolNamed('refused', spec))).toContain(says);
  });

  test.each(SHARED_PROCESSES)(
    'or not, by who could read the key, for shared processes with %s',
    async (_what, pod, says) => {
      const pool = poolNamed(`shared-${SHARED_PROCESSES.findIndex((one) => one[1] === pod)}`, {
        pod: { ...pod, shareProcessNamespace: true },
      });
      if (says === undefined) await kubeOk('POST', `${poolsPath()}?fieldValidation=Strict`, pool);
      else expect(await refusal(pool)).toContain(says);
      await kubeOk('POST', poolsPath(), poolNamed(`${pool.metadata.name}-not`, { pod }));
    },
  );

  test('for a name too long to name its Workers after', async () => {
    expect(await refusal(poolNamed('p'.repeat(227), {}))).toContain(
      'the name of a WorkerPool has 226 characters at most',
    );
    await kubeOk('POST', poolsPath(), poolNamed('p'.repeat(226), {}));
  });
});
