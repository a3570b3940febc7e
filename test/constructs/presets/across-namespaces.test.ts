import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-28';
import {
  AwsRole,
  BinariesCache,
  CustomCertificates,
  DockerInDocker,
  EgressNetworkPolicy,
  InitializationPolicy,
  OpenShiftConstraints,
  ProviderMirror,
  VcsAgents,
  WorkerPool,
  WorkerPoolOperator,
  type IWorkerPoolExtension,
} from '../../../src';
import type { Manifest } from '../support';

const roleArn = 'arn:aws:iam::123456789012:role/runs';

/** Kinds that no namespace holds. */
const CLUSTER_SCOPED = ['PersistentVolume', 'StorageClass'];

/** Every preset, with the kinds of the objects that it makes beside the pool. */
const PRESETS: [string, string[], (chart: Chart) => IWorkerPoolExtension][] = [
  ['AwsRole.irsa', ['ServiceAccount'], () => AwsRole.irsa({ roleArn })],
  [
    'AwsRole.podIdentity',
    ['PodIdentityAssociation', 'ServiceAccount'],
    () => AwsRole.podIdentity({ roleArn, clusterName: 'blue' }),
  ],
  [
    'CustomCertificates.fromConfigMap',
    [],
    (chart) => CustomCertificates.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'ca', 'ca'), 'ca.crt'),
  ],
  [
    'CustomCertificates.fromSecret',
    [],
    (chart) => CustomCertificates.fromSecret(Secret.fromSecretName(chart, 'ca', 'ca'), 'ca.crt'),
  ],
  ['DockerInDocker.sidecar', [], () => DockerInDocker.sidecar()],
  ['DockerInDocker.rootless', [], () => DockerInDocker.rootless()],
  ['EgressNetworkPolicy', ['NetworkPolicy'], () => EgressNetworkPolicy.allowing()],
  ['ProviderMirror', ['ConfigMap'], () => ProviderMirror.fromUrl('https://mirror.example.com/')],
  ['InitializationPolicy.fromText', ['ConfigMap'], () => InitializationPolicy.fromText('package spacelift')],
  [
    'InitializationPolicy.fromConfigMap',
    [],
    (chart) => InitializationPolicy.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'policy', 'policy'), 'a.rego'),
  ],
  ['OpenShiftConstraints', ['RoleBinding', 'ServiceAccount'], () => OpenShiftConstraints.nonRoot()],
  ['VcsAgents', [], () => VcsAgents.fromAgentPools([{ name: 'gitlab', baseEndpoint: 'https://gitlab.example.com' }])],
];

/** What lies beside a pool of the namespace team-a, in an app whose operator is in ops. */
function besideThePool(namespace: string | undefined, add: (chart: Chart) => void): Manifest[] {
  const app = new App();
  new WorkerPoolOperator(new Chart(app, 'operator', { namespace: 'ops' }), 'operator');
  const chart = new Chart(app, 'chart', { namespace });
  add(chart);
  return (chart.toJson() as Manifest[]).filter(({ kind }) => kind !== 'WorkerPool');
}

describe.each([
  ['a namespace of its own', 'tools'],
  ['no namespace', undefined],
])('in a chart with %s, the objects lie with a pool that names its namespace', (_, namespace) => {
  it.each(PRESETS)('%s: %j', (__, kinds, preset) => {
    const objects = besideThePool(namespace, (chart) => {
      new WorkerPool(chart, 'pool', { metadata: { namespace: 'team-a' }, extensions: [preset(chart)] });
    });
    expect(objects.map(({ kind }) => kind).sort()).toEqual(kinds);
    for (const { metadata, subjects = [] } of objects) {
      expect([metadata, ...subjects].map((named) => named.namespace)).toEqual([...subjects, {}].map(() => 'team-a'));
    }
  });

  it('BinariesCache.efs, where it names the namespace, too', () => {
    const objects = besideThePool(namespace, (chart) => {
      const cache = BinariesCache.efs(chart, 'cache', { fileSystemId: 'fs-1', namespace: 'team-a' });
      new WorkerPool(chart, 'pool', { metadata: { namespace: 'team-a' }, pod: { binariesCache: cache } });
    });
    const namespaces = objects.map(({ kind, metadata }) => [kind, metadata.namespace]);
    expect(namespaces).toEqual([
      ...CLUSTER_SCOPED.toReversed().map((kind) => [kind, undefined]),
      ['PersistentVolumeClaim', 'team-a'],
    ]);
  });
});

describe('a pool that has a preset already', () => {
  it.each<[string, (chart: Chart) => IWorkerPoolExtension]>([
    ['EgressNetworkPolicy', () => EgressNetworkPolicy.allowing()],
    ['OpenShiftConstraints', () => OpenShiftConstraints.nonRoot()],
    ['CustomCertificates', PRESETS[2]![2]],
  ])('takes no second one, and says so: %s', (name, preset) => {
    const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
    const pool = new WorkerPool(chart, 'pool', { extensions: [preset(chart)] });
    const another = new Chart(new App(), 'another');
    expect(() => pool.addExtension(preset(another))).toThrow(
      `chart/pool/${name}: the preset is "set already"; a pool takes one`,
    );
  });

  it('takes no second text of an InitializationPolicy', () => {
    const policies = ['a', 'b'].map((rule) => InitializationPolicy.fromText(`package spacelift\n# ${rule}`));
    const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
    expect(() => new WorkerPool(chart, 'pool', { extensions: policies })).toThrow(
      'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY of the container init is "set already"',
    );
  });
});
