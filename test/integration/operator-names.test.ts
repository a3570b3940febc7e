/** Whatever a release is called, the API server takes its objects; the official chart breaks here. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiServer } from '../support/api-server';
import { CHART, HelmCluster } from '../support/helm-cluster';
import { createNamespace } from '../support/kube';

const EVERYTHING = {
  crds: { install: false },
  metricsService: { enabled: true },
  pdb: { enabled: true },
  controllerManager: {
    replicas: 2,
    networkPolicy: { enabled: true },
    pdb: { enabled: true },
    leaderElection: { leaseDurationSeconds: 30, renewDeadlineSeconds: 20, retryPeriodSeconds: 5 },
    logging: { level: 'debug', format: 'logfmt' },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    revisionHistoryLimit: 3,
    manager: {
      image: { digest: `sha256:${'0'.repeat(64)}`, pullPolicy: 'Always' },
      extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
      extraEnvFrom: [{ secretRef: { name: 'proxy', optional: true } }],
    },
  },
  commonLabels: { team: 'a' },
  commonAnnotations: { note: 'b' },
  global: { imageRegistry: 'mirror.example', imagePullSecrets: [{ name: 'registry' }] },
  'spacelift-promex': {
    enabled: true,
    apiEndpoint: 'https://acme.example',
    apiKeyId: 'ID',
    apiKeySecretName: 'promex',
    service: { enabled: true },
  },
};

/** A Deployment keeps its official name, so that an upgrade finds it; its Pods' host names are cut then. */
const NO_HOST_NAME = /^Warning: metadata.name: .* a DNS label is recommended: .*$/gm;

let cluster: HelmCluster;
let namespace: string;
beforeAll(async () => {
  cluster = new HelmCluster(apiServer());
  namespace = await createNamespace('names');
});
afterAll(() => cluster.remove());

async function isTaken(release: string, values: object): Promise<string> {
  const given = ['--namespace', namespace, '--values', cluster.file({ ...EVERYTHING, ...values })];
  const manifests = await cluster.helmOk('template', release, CHART, ...given);
  const rehearsal = ['--server-side', '--dry-run=server', '--validate=strict', '--namespace', namespace];
  const { ok, text } = await cluster.kubectl('apply', ...rehearsal, '-f', cluster.file(manifests));
  expect(text.replaceAll(NO_HOST_NAME, '')).not.toMatch(/error|warning|invalid/i);
  expect(ok).toBe(true);
  return text;
}

describe('a release with everything switched on', () => {
  it.each<[string, object]>([
    ['ops', {}],
    ['1234', {}],
    ['on', {}],
    ['1e3', {}],
    ['a.b', {}],
    ['a'.repeat(53), {}],
    [`${'a'.repeat(52)}1`, { nameOverride: 'b'.repeat(80) }],
    ['ops', { fullnameOverride: '9'.repeat(63) }],
    ['ops', { fullnameOverride: '0' }],
  ])('named %s, with %j', async (release, values) => {
    expect(await isTaken(release, values)).toContain('-metrics-service serverside-applied');
  });
});
