import { describe, expect, it } from '@jest/globals';
import { Duration, Size, type Chart } from 'cdk8s';
import {
  ConfigMap,
  Cpu,
  DnsPolicy,
  Env,
  EnvValue,
  Handler,
  ImagePullPolicy,
  Node,
  NodeLabelQuery,
  NodeTaintQuery,
  Secret,
  ServiceAccount,
  Topology,
  Volume,
} from 'cdk8s-plus-28';
import {
  BinariesCache,
  CommsProtocol,
  DriftDetection,
  TopologySpread,
  WorkspaceVolume,
  type RunContainerProps,
  type WorkerPoolProps,
} from '../../../src';
import type { Field } from '../../../src/api/field';
import type { SchemaMap } from '../../../src/api/schema';
import { SPEC } from '../../../src/api/worker-pool/spec';
import { specOf } from './support';

/** Fields without a property, and why. */
const LEFT_OUT = [
  // Deprecated: successfulPodsHistory says it better and wins over it.
  'keepSuccessfulPods',
  // Deprecated, and never together with secretName, which apiCredentials sets.
  'spaceliftAPICredentials.secretKeyRef',
  // Never together with maxRuns; DriftDetection.disabled() sets it.
  'driftDetectionRunLimits.disabled',
];

describe('a WorkerPool with everything set', () => {
  it('has every field of the API, and no other', () => {
    const spec = specOf(everything, ({ scheduling }) => {
      scheduling.attract(Node.labeled(NodeLabelQuery.exists('runs')));
      scheduling.tolerate(Node.tainted(NodeTaintQuery.exists('runs')));
    });
    const expected = fieldsOf(SPEC.fields).filter((field) => !LEFT_OUT.includes(field));
    expect(expected).toContain('pod.workerContainer.lifecycle');
    expect(setFields(spec, SPEC.fields).sort()).toEqual(expected.sort());
  });

  it('leaves out only what the API has', () => {
    expect(fieldsOf(SPEC.fields)).toEqual(expect.arrayContaining(LEFT_OUT));
  });
});

/** Paths of all fields, down to the types of Kubernetes, which are those of cdk8s-plus. */
function fieldsOf(fields: SchemaMap<Field>, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([name, { type }]) =>
    type.kind === 'object' ? fieldsOf(type.fields, `${prefix}${name}.`) : [prefix + name],
  );
}

/** Paths of the fields that a manifest sets; those that the API does not know, too. */
function setFields(value: object, fields: SchemaMap<Field>, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const type = fields[name]?.type;
    return type?.kind === 'object' ? setFields(inner as object, type.fields, `${prefix}${name}.`) : [prefix + name];
  });
}

function everything(chart: Chart): WorkerPoolProps {
  const secret = Secret.fromSecretName(chart, 'secret', 'secret');
  const settings = ConfigMap.fromConfigMapName(chart, 'settings', 'settings');
  const container = (id: string): RunContainerProps => ({
    envVariables: { A: EnvValue.fromValue('a') },
    envFrom: [Env.fromConfigMap(settings)],
    imagePullPolicy: ImagePullPolicy.ALWAYS,
    resources: { cpu: { request: Cpu.units(1) }, memory: { limit: Size.gibibytes(1) } },
    securityContext: { user: 1983 },
    volumeMounts: [{ path: '/scratch', volume: Volume.fromEmptyDir(chart, id, id) }],
  });
  const lifecycle = { preStop: Handler.fromCommand(['sync']) };
  return {
    token: { secret, key: 'token' },
    privateKey: { secret, key: 'privateKey' },
    poolSize: 1,
    apiCredentials: { secret, endpointKey: 'a', keyIdKey: 'b', keySecretKey: 'c' },
    space: 'root',
    description: 'Everything',
    driftDetection: DriftDetection.limitedTo(1),
    allowedRunnerImageHosts: ['docker.io'],
    commsProtocol: CommsProtocol.POLL,
    pollCommsUrl: 'https://control-plane.example.com',
    mqttReconnectRetryCount: 3,
    successfulPodsHistory: { limit: 1, ttl: Duration.hours(1) },
    failedPodsHistory: { limit: 1, ttl: Duration.hours(1) },
    pod: {
      activeDeadline: Duration.hours(1),
      terminationGracePeriod: Duration.minutes(1),
      labels: { team: 'a' },
      annotations: { note: 'b' },
      volumes: [Volume.fromEmptyDir(chart, 'more', 'more')],
      workspace: WorkspaceVolume.ephemeral({ size: Size.gibibytes(1) }),
      binariesCache: BinariesCache.emptyDir(),
      serviceAccount: ServiceAccount.fromServiceAccountName(chart, 'runner', 'runner'),
      automountServiceAccountToken: true,
      securityContext: { fsGroup: 1983 },
      imagePullSecrets: [secret],
      nodeSelector: { runs: 'yes' },
      nodeName: 'node',
      schedulerName: 'scheduler',
      runtimeClassName: 'gvisor',
      dns: { policy: DnsPolicy.NONE, nameservers: ['10.0.0.1'] },
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['git.internal'] }],
      topologySpread: [TopologySpread.over(Topology.ZONE)],
      shareProcessNamespace: true,
      launcherImage: 'launcher',
      defaultRunnerImage: 'runner',
      defaultAnsibleRunnerImage: 'ansible',
      defaultIntentImage: 'intent',
      customBinariesPath: '/bin',
      initContainer: container('init'),
      grpcServerContainer: { ...container('grpc'), lifecycle },
      workerContainer: { ...container('worker'), lifecycle },
      initContainers: [{ name: 'first', image: 'first' }],
      sidecars: [{ name: 'beside', image: 'beside' }],
    },
  };
}
