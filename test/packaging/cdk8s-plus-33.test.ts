import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/local-cluster/exec';
import { remove } from './support/built-package';
import { createConsumerApp } from './support/consumer-app';

/** An app of a team on cdk8s-plus-33. Of the peer it imports what TypeScript would not take from another release. */
const MAIN = `
import { App, Chart, Duration, Size } from 'cdk8s';
import { EnvFrom, HorizontalPodAutoscaler, Metric, MetricTarget, Probe, Volume as Volume28 } from 'cdk8s-plus-28';
import {
  Capability,
  ConfigMap,
  Cpu,
  EnvFieldPaths,
  EnvValue,
  ImagePullPolicy,
  PersistentVolumeAccessMode,
  PersistentVolumeClaim,
  Role,
  SeccompProfileType,
  Secret,
  ServiceAccount,
  Topology,
  Volume,
} from 'cdk8s-plus-33';
import {
  BinariesCache,
  CustomCertificates,
  DockerInDocker,
  PrometheusExporter,
  TopologySpread,
  WorkerPool,
  WorkerPoolControlPlane,
  WorkerPoolOperator,
} from 'cdk8s-worker-pools';

const app = new App({ outdir: 'synth-33' });
const chart = new Chart(app, 'tools', { namespace: 'tools', disableResourceNameHashes: true });
const secret = new Secret(chart, 'credentials', { stringData: { token: 'a', key: 'b' } });
const settings = new ConfigMap(chart, 'settings', { data: { 'ca.pem': 'c' } });
const account = new ServiceAccount(chart, 'account');
const cache = new PersistentVolumeClaim(chart, 'cache', {
  accessModes: [PersistentVolumeAccessMode.READ_WRITE_MANY],
  storage: Size.gibibytes(1),
});
const files = Volume.fromConfigMap(chart, 'files', settings);
const variables = {
  WORD: EnvValue.fromValue('word'),
  TOKEN: EnvValue.fromSecretValue({ secret, key: 'token' }),
  POD: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
};

const operator = new WorkerPoolOperator(chart, 'operator', {
  imagePullPolicy: ImagePullPolicy.ALWAYS,
  imagePullSecrets: [secret],
  serviceAccount: account,
  envVariables: variables,
  volumeMounts: [{ path: '/files', volume: files }],
  topologySpread: [TopologySpread.over(Topology.ZONE)],
  terminationGracePeriod: Duration.minutes(1),
  metrics: {},
});
operator.grantMetrics('prometheus', account);

const pool = new WorkerPool(chart, 'pool', {
  token: { secret, key: 'token' },
  privateKey: { secret, key: 'key' },
  pod: {
    serviceAccount: account,
    imagePullSecrets: [secret],
    binariesCache: BinariesCache.persistentVolumeClaim(cache),
    volumes: [files],
    workerContainer: {
      envVariables: variables,
          envFrom: [new EnvFrom(settings)],
      resources: { cpu: { request: Cpu.units(1) }, memory: { limit: Size.gibibytes(2) } },
      securityContext: {
        user: 1983,
        capabilities: { drop: [Capability.ALL] },
        seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
      },
      volumeMounts: [{ path: '/files', volume: files, readOnly: true }],
    },
    sidecars: [
      {
        name: 'proxy',
        image: 'proxy:1',
        envVariables: variables,
        liveness: Probe.fromHttpGet('/', { port: 80 }),
        volumeMounts: [{ path: '/files', volume: Volume28.fromConfigMap(chart, 'proxy', settings, { name: 'proxy' }) }],
      },
    ],
  },
  extensions: [CustomCertificates.fromConfigMap(settings, 'ca.pem'), DockerInDocker.sidecar()],
});
pool.workerContainer.env.addVariable('LATER', EnvValue.fromValue('later'));
pool.workerContainer.mount('/more', files);

new Role(chart, 'role').allow(['get'], pool);
const queued = Metric.external({ name: 'queued', target: MetricTarget.averageValue(1) });
new HorizontalPodAutoscaler(chart, 'autoscaler', { target: pool, maxReplicas: 3, metrics: [queued] });

new PrometheusExporter(chart, 'exporter', {
  apiEndpoint: 'https://control-plane.example.com',
  apiKeyId: 'KEY',
  apiKeySecret: secret,
  serviceAccount: account,
  envVariables: variables,
});
new WorkerPoolControlPlane(chart, 'control-plane', { apiKeySecret: secret });
app.synth();
`;

const TSCONFIG = {
  compilerOptions: { target: 'es2022', module: 'node16', strict: true, noUncheckedIndexedAccess: true, types: [] },
};

let app: string;

// npm and the compiler take their time on a busy machine.
jest.setTimeout(180_000);

beforeAll(async () => {
  const files = {
    'on-33.ts': MAIN,
    'on-28.ts': MAIN.replaceAll('-33', '-28'),
    'tsconfig.json': JSON.stringify(TSCONFIG),
  };
  app = await createConsumerApp(files, ['cdk8s-plus-33@2.5.57']);
  await run('node', ['node_modules/typescript/bin/tsc'], { cwd: app });
});
afterAll(() => remove(app));

describe('an app on cdk8s-plus-33', () => {
  it('passes a strict type check and synthesizes what it would on cdk8s-plus-28', async () => {
    const [on33, on28] = await Promise.all(['33', '28'].map(manifestsOn));
    expect(on33).toEqual(on28);
    expect(on33).toMatch(/^kind: WorkerPool$/m);
  });
});

async function manifestsOn(release: string): Promise<string> {
  await run('node', [`on-${release}.js`], { cwd: app });
  return readFileSync(join(app, `synth-${release}`, 'tools.k8s.yaml'), 'utf8');
}
