import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apiServer } from '../support/api-server';
import { CHART, HelmCluster } from '../support/helm-cluster';
import { createNamespace } from '../support/kube';
import { strictDryRun } from '../support/strict-apply';

const CHART_NAME = 'spacelift-workerpool-controller';

/** Everything that the chart can make of kinds that Kubernetes itself has, with fields that are seldom set. */
const EVERYTHING = {
  crds: { install: false },
  controllerManager: {
    replicas: 2,
    pdb: { enabled: true },
    networkPolicy: { enabled: true },
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
  metricsService: { enabled: true },
  // A number has the chart make the budget, and not the controller.
  pdb: { enabled: true, minAvailable: 5 },
  commonLabels: { team: 'a' },
  commonAnnotations: { note: 'b' },
  global: { imageRegistry: 'mirror.example', imagePullSecrets: ['registry', { name: 'other' }] },
  'spacelift-promex': {
    enabled: true,
    apiEndpoint: 'https://acme.example',
    apiKeyId: 'ID',
    apiKeySecretName: 'promex',
    service: { enabled: true },
  },
};

jest.setTimeout(120_000);

let cluster: HelmCluster;
let namespace: string;

beforeAll(async () => {
  cluster = new HelmCluster(apiServer());
  namespace = await createNamespace('names');
});

afterAll(() => {
  cluster.remove();
});

describe('the API server takes every object of a release', () => {
  it.each<[string, string, object]>([
    ['named by digits', '1234', {}],
    ['named as a YAML truth', 'on', {}],
    ['named as a number with an exponent', '1e3', {}],
    ['named with a dot', 'team.a', {}],
    ['named as the chart', CHART_NAME, {}],
    ['with the longest name that Helm allows', 'a'.repeat(53), {}],
    ['with the longest name that holds that of the chart', `${'a'.repeat(53 - CHART_NAME.length)}${CHART_NAME}`, {}],
    ['with a name that is cut after a dash', `${'a'.repeat(30)}-${'b'.repeat(22)}`, {}],
    ['with 63 characters in fullnameOverride', 'ops', { fullnameOverride: 'f'.repeat(63) }],
    ['with 63 characters in nameOverride', 'ops', { nameOverride: 'n'.repeat(63) }],
    ['with more characters in nameOverride than a label has', 'ops', { nameOverride: 'n'.repeat(80) }],
    ['with digits in fullnameOverride', 'ops', { fullnameOverride: '1234' }],
    ['with 63 digits in fullnameOverride', 'ops', { fullnameOverride: '9'.repeat(63) }],
    ['with one digit in fullnameOverride', 'ops', { fullnameOverride: '0' }],
    [
      'with listed namespaces',
      '1234',
      { controllerManager: { ...EVERYTHING.controllerManager, namespaces: ['default', 'kube-public'] } },
    ],
  ])('%s', async (_, name, values) => {
    const file = cluster.file({ ...EVERYTHING, ...values });
    const text = await cluster.helmOk(
      'template',
      name,
      CHART,
      '--namespace',
      namespace,
      '--values',
      file,
      '--skip-tests',
    );
    expect(text.match(/^kind: /gm)?.length).toBeGreaterThan(13);
    expect(await strictDryRun(cluster, text)).toMatchObject({ ok: true });
  });
});
