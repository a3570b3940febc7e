import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { ConfigMap, EnvFrom, EnvValue, Secret, ServiceAccount, Volume } from 'cdk8s-plus-28';
import {
  WorkerPoolControlPlane,
  CustomCertificates,
  InitializationPolicy,
  PrometheusExporter,
  WorkerPool,
  WorkerPoolOperator,
  type RunPodProps,
} from '../../../src';

const metadata = { name: 'thing' };
const secret = (chart: Chart): Secret => new Secret(chart, 'secret', { metadata });
const configMap = (chart: Chart): ConfigMap => new ConfigMap(chart, 'config', { metadata });

type Add = (own: Chart, other: Chart) => unknown;

/** Synthesizes what lies in the namespace one and refers to the namespace two. */
function synthesize(add: Add, namespaces: readonly [string?, string?] = ['one', 'two']): void {
  const app = new App();
  const [own, other] = namespaces.map((namespace, index) => new Chart(app, `chart-${index}`, { namespace }));
  add(own as Chart, other as Chart);
  (own as Chart).toJson();
}

const pool =
  (pod: (other: Chart) => RunPodProps): Add =>
  (own, other) =>
    new WorkerPool(own, 'it', { pod: pod(other) });

const volumes = (make: (other: Chart) => Volume): Add => pool((other) => ({ volumes: [make(other)] }));

const CASES: [string, string, Add][] = [
  ['a volume of a pool', 'ConfigMap', volumes((other) => Volume.fromConfigMap(other, 'v', configMap(other)))],
  ['a volume of a pool', 'Secret', volumes((other) => Volume.fromSecret(other, 'v', secret(other)))],
  [
    'a variable of a pool',
    'Secret',
    pool((other) => ({
      workerContainer: { envVariables: { A: EnvValue.fromSecretValue({ secret: secret(other), key: 'a' }) } },
    })),
  ],
  [
    'all variables of a pool',
    'ConfigMap',
    pool((other) => ({ initContainer: { envFrom: [new EnvFrom(configMap(other))] } })),
  ],
  [
    'a sidecar of a pool',
    'ConfigMap',
    pool((other) => ({
      sidecars: [{ name: 'a', image: 'a', envVariables: { A: EnvValue.fromConfigMap(configMap(other), 'a') } }],
    })),
  ],
  [
    'CustomCertificates',
    'Secret',
    (own, other) => new WorkerPool(own, 'it', { extensions: [CustomCertificates.fromSecret(secret(other), 'ca')] }),
  ],
  [
    'InitializationPolicy',
    'ConfigMap',
    (own, other) =>
      new WorkerPool(own, 'it', { extensions: [InitializationPolicy.fromConfigMap(configMap(other), 'a.rego')] }),
  ],
  [
    'a variable of the operator',
    'Secret',
    (own, other) => {
      const value = EnvValue.fromSecretValue({ secret: secret(other), key: 'a' });
      return new WorkerPoolOperator(own, 'it', { envVariables: { A: value } });
    },
  ],
  [
    'pull secrets of the operator',
    'Secret',
    (own, other) => new WorkerPoolOperator(own, 'it', { imagePullSecrets: [secret(other)] }),
  ],
  [
    "the operator's account",
    'ServiceAccount',
    (own, other) => {
      const serviceAccount = new ServiceAccount(other, 'account', { metadata });
      return new WorkerPoolOperator(own, 'it', { serviceAccount });
    },
  ],
  [
    'the API key of the exporter',
    'Secret',
    (own, other) => {
      const apiKeySecret = secret(other);
      return new PrometheusExporter(own, 'it', { apiEndpoint: 'https://a', apiKeyId: 'a', apiKeySecret });
    },
  ],
  [
    'the API key of the control plane',
    'Secret',
    (own, other) => new WorkerPoolControlPlane(own, 'it', { apiKeySecret: secret(other) }),
  ],
];

describe('what a Pod refers to by name lies in its namespace', () => {
  it.each(CASES)('%s, a %s', (_, kind, add) => {
    expect(() => synthesize(add)).toThrow(
      `chart-0/it: a Pod refers to the ${kind} "thing" of the namespace "two", but is in "one"; they must share a namespace`,
    );
  });

  it.each(CASES)('and is taken there: %s, a %s', (_, __, add) => {
    expect(() => synthesize(add, ['one', 'one'])).not.toThrow();
  });

  it.each<[string, Add]>([
    [
      'is named alone',
      (own, other) => {
        secret(other);
        const named = Secret.fromSecretName(own, 'named', 'thing');
        return new WorkerPool(own, 'it', { extensions: [CustomCertificates.fromSecret(named, 'ca')] });
      },
    ],
    [
      'is there in both namespaces',
      (own, other) => {
        secret(other);
        return new WorkerPool(own, 'it', { extensions: [CustomCertificates.fromSecret(secret(own), 'ca')] });
      },
    ],
  ])('and may lie anywhere where it %s', (_, add) => {
    expect(() => synthesize(add)).not.toThrow();
  });

  it('and may lie anywhere where its own namespace is chosen later', () => {
    expect(() => synthesize(CASES[0]![2], ['one', undefined])).not.toThrow();
  });
});
