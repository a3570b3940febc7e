/** What app.py beside it synthesizes, in TypeScript: line by line the same. */
import { App, Chart, Duration, Size } from 'cdk8s';
import {
  Cpu,
  EnvValue,
  HorizontalPodAutoscaler,
  Metric,
  MetricTarget,
  PercentOrAbsolute,
  Secret,
  Volume,
} from 'cdk8s-plus-28';
import {
  AwsRole,
  BinariesCache,
  CommsProtocol,
  ControllerLogFormat,
  ControllerLogLevel,
  DockerInDocker,
  InitializationPolicy,
  VcsAgents,
  WorkerPool,
  WorkerPoolAlerts,
  WorkerPoolDashboard,
  WorkerPoolOperator,
  WorkspaceVolume,
  type IWorkerPoolExtension,
} from 'cdk8s-worker-pools';

/** What every pool of this team has. */
class TeamDefaults implements IWorkerPoolExtension {
  public extend(pool: WorkerPool): void {
    pool.addPodLabel('team', 'platform');
    pool.workerContainer.env.addVariable('TEAM', EnvValue.fromValue('platform'));
  }
}

const app = new App();
const chart = new Chart(app, 'tools', { namespace: 'tools' });

new WorkerPoolOperator(chart, 'operator', {
  watchNamespaces: ['tools'],
  replicas: 2,
  leaderElection: { leaseDuration: Duration.seconds(30), renewDeadline: Duration.seconds(20) },
  logLevel: ControllerLogLevel.DEBUG,
  logFormat: ControllerLogFormat.LOGFMT,
  networkPolicy: { egressPorts: [443, 6443] },
  metrics: { secure: true },
  runDisruptionBudget: {},
  controllerDisruptionBudget: { maxUnavailable: PercentOrAbsolute.percent(50) },
});

const credentials = Secret.fromSecretName(chart, 'credentials', 'builds-credentials');
const scratch = Volume.fromEmptyDir(chart, 'scratch', 'scratch');
const pool = new WorkerPool(chart, 'pool', {
  metadata: { name: 'builds', labels: { tier: 'one' } },
  token: { secret: credentials, key: 'token' },
  privateKey: { secret: credentials, key: 'privateKey' },
  commsProtocol: CommsProtocol.POLL,
  pollCommsUrl: 'https://control-plane.example/poll',
  failedPodsHistory: { limit: 3, ttl: Duration.days(1) },
  pod: {
    activeDeadline: Duration.hours(2),
    annotations: { 'example.com/note': 'quotes " and {{ braces }}' },
    workspace: WorkspaceVolume.ephemeral({ size: Size.gibibytes(20), storageClass: 'gp2' }),
    binariesCache: BinariesCache.efs(chart, 'cache', { fileSystemId: 'fs-0123456789abcdef0' }),
    workerContainer: {
      envVariables: { LOG_LEVEL: EnvValue.fromValue('debug') },
      volumeMounts: [{ path: '/scratch', volume: scratch }],
      resources: { cpu: { request: Cpu.millis(500) }, memory: { limit: Size.gibibytes(1) } },
    },
  },
  extensions: [
    DockerInDocker.sidecar({ storageLimit: Size.gibibytes(30) }),
    InitializationPolicy.fromText('package spacelift\n\ndeny["no runs on Friday"] { false }\n'),
    VcsAgents.fromAgentPools([{ name: 'gitlab', baseEndpoint: 'https://gitlab.example.com' }]),
    AwsRole.irsa({ roleArn: 'arn:aws:iam::123456789012:role/builds', tokenExpiration: Duration.hours(1) }),
    new TeamDefaults(),
  ],
});
pool.initContainer.mount('/scratch', scratch);
pool.addSidecar({ name: 'proxy', image: 'example.com/proxy:1', portNumber: 3128 });

new HorizontalPodAutoscaler(chart, 'autoscaler', {
  target: pool,
  maxReplicas: 9,
  metrics: [Metric.external({ name: 'queued_runs', target: MetricTarget.averageValue(1) })],
});

new HorizontalPodAutoscaler(chart, 'other-autoscaler', {
  target: WorkerPool.fromWorkerPoolName(chart, 'other', 'made-by-another-app'),
  maxReplicas: 9,
  metrics: [Metric.external({ name: 'other_runs', target: MetricTarget.averageValue(1) })],
});

new WorkerPoolDashboard(chart, 'dashboard');
new WorkerPoolAlerts(chart, 'alerts', { runsWaitFor: Duration.minutes(5), alertLabels: { team: 'platform' } });

app.synth();
