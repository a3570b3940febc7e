import { Duration, Size, type Chart } from 'cdk8s';
import {
  ConfigMap,
  Cpu,
  DnsPolicy,
  Env,
  EnvValue,
  Handler,
  ImagePullPolicy,
  Secret,
  ServiceAccount,
  Topology,
  Volume,
  type ISecret,
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

/** Props in which everything is set; the scheduling is not among the props. */
export function everything(chart: Chart): WorkerPoolProps {
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
      grpcServerContainer: { ...container('grpc'), securityContext: { user: 1984 }, lifecycle },
      workerContainer: { ...container('worker'), lifecycle },
      initContainers: [{ name: 'first', image: 'first' }],
      sidecars: [{ name: 'beside', image: 'beside' }],
    },
  };
}

/** What only a pool without a token can have. */
export function everythingOfRegistration(): WorkerPoolProps {
  return {
    apiCredentials: { secret: { name: 'pool' } as ISecret, endpointKey: 'a', keyIdKey: 'b', keySecretKey: 'c' },
    space: 'root',
    description: 'Everything',
    driftDetection: DriftDetection.limitedTo(1),
  };
}
