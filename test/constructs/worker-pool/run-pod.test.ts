import { describe, expect, it } from '@jest/globals';
import { App, Chart, Duration, Size } from 'cdk8s';
import {
  ConfigMap,
  Cpu,
  DnsPolicy,
  Env,
  EnvValue,
  Handler,
  NetworkPolicy,
  Node,
  NodeTaintQuery,
  PersistentVolumeClaim,
  Pods,
  Secret,
  ServiceAccount,
  Topology,
  Volume,
} from 'cdk8s-plus-28';
import { TopologySpread, UnsatisfiableSpread, WorkerPool, type RunPodProps } from '../../../src';
import { only, synthesized } from '../support';
import { podOf, type Change } from './support';

const ADDRESS = 'cdk8s.io/metadata.addr';

describe('the run Pod', () => {
  it('has only what is set, none of the defaults of cdk8s-plus', () => {
    const pod = podOf({
      pod: {
        activeDeadline: Duration.hours(1),
        securityContext: { group: 7 },
        workerContainer: {
          envVariables: { A: EnvValue.fromValue('') },
          resources: { memory: { limit: Size.gibibytes(2) } },
          securityContext: { user: 0 },
        },
        initContainer: {},
      },
    });
    expect(pod).toEqual({
      activeDeadlineSeconds: 3600,
      securityContext: { runAsGroup: 7 },
      workerContainer: {
        env: [{ name: 'A', value: '' }],
        resources: { limits: { memory: '2048Mi' } },
        securityContext: { runAsUser: 0 },
      },
    });
  });

  it.each<[string, RunPodProps, object]>([
    [
      'no time between stop and kill',
      { terminationGracePeriod: Duration.seconds(0) },
      { terminationGracePeriodSeconds: 0 },
    ],
    ['that no token is mounted', { automountServiceAccountToken: false }, { automountServiceAccountToken: false }],
    ['CPU by the millicore', cpu(Cpu.millis(250)), worker({ resources: { requests: { cpu: '250m' } } })],
    ['a DNS policy alone', { dns: { policy: DnsPolicy.DEFAULT } }, { dnsPolicy: 'Default' }],
    ['DNS servers alone', { dns: { nameservers: ['10.0.0.1'] } }, { dnsConfig: { nameservers: ['10.0.0.1'] } }],
    ['nothing for empty lists', { sidecars: [], volumes: [], hostAliases: [], labels: {} }, {}],
    ['a node by its name', { nodeName: 'one' }, { nodeName: 'one' }],
  ])('writes %s', (_, props, pod) => {
    expect(podOf({ pod: props }) ?? {}).toEqual(pod);
  });

  it('adds by methods what it takes as props', () => {
    const pod = podOf({}, (pool, chart) => {
      pool.addPodLabel('team', 'a');
      pool.addPodAnnotation('note', 'b');
      pool.addHostAlias({ ip: '10.0.0.1', hostnames: ['git.internal'] });
      pool.addImagePullSecret(Secret.fromSecretName(chart, 'registry', 'registry'));
      pool.addVolume(Volume.fromEmptyDir(chart, 'scratch', 'scratch'));
      pool.useServiceAccount(ServiceAccount.fromServiceAccountName(chart, 'runner', 'runner'));
    });
    expect(pod).toEqual({
      labels: { team: 'a' },
      annotations: { note: 'b' },
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['git.internal'] }],
      imagePullSecrets: [{ name: 'registry' }],
      volumes: [{ name: 'scratch', emptyDir: {} }],
      serviceAccountName: 'runner',
    });
  });

  it('goes where the scheduling says', () => {
    const pod = podOf({}, ({ scheduling }) => {
      scheduling.tolerate(Node.tainted(NodeTaintQuery.exists('runs')));
      scheduling.attract(Node.labeled());
    });
    expect(pod).toMatchObject({
      tolerations: [{ key: 'runs', operator: 'Exists' }],
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
    });
  });

  it('keeps apart from other Pods', () => {
    const pod = podOf({}, (pool, chart) =>
      pool.scheduling.separate(Pods.select(chart, 'databases', { labels: { app: 'db' } })),
    );
    expect(pod?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toMatchObject([
      { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' },
    ]);
  });

  it('goes to one node at most', () => {
    const assign: Change = ({ scheduling }) => scheduling.assign(Node.named('b'));
    expect(() => podOf({ pod: { nodeName: 'a' } }, assign)).toThrow(
      'Cannot assign the run Pods of chart/pool to node b. It is already assigned to node a',
    );
  });

  it('resolves values as the rest of the app does', () => {
    const marker = new Date(0);
    const app = new App({
      resolvers: [{ resolve: (context) => context.value === marker && context.replaceValue('resolved') }],
    });
    const chart = new Chart(app, 'chart');
    new WorkerPool(chart, 'pool').workerContainer.env.addVariable('A', EnvValue.fromValue(marker as never));
    expect(chart.toJson()).toMatchObject([{ spec: { pod: { workerContainer: { env: [{ value: 'resolved' }] } } } }]);
  });

  it('keeps apart from the others of its pool', () => {
    const pod = podOf({}, (pool) => pool.scheduling.separate(pool));
    expect(pod?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toMatchObject([
      { labelSelector: { matchLabels: pod?.labels }, namespaces: ['tools'] },
    ]);
  });

  it('is spread over zones, by a label that the Pods of no other pool have', () => {
    const pod = podOf({ pod: { topologySpread: [TopologySpread.over(Topology.ZONE)] } });
    const address = pod?.labels?.[ADDRESS];
    expect(address).toMatch(/^chart-pool-/);
    expect(pod?.topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { [ADDRESS]: address } },
      },
    ]);
  });

  it('is spread as the options say', () => {
    const spread = TopologySpread.over(Topology.HOSTNAME, {
      maxSkew: 3,
      minDomains: 2,
      whenUnsatisfiable: UnsatisfiableSpread.DO_NOT_SCHEDULE,
      labels: { app: 'runs' },
    });
    const pod = podOf({}, (pool) => pool.addTopologySpread(spread));
    expect(pod).toEqual({
      topologySpreadConstraints: [
        {
          maxSkew: 3,
          minDomains: 2,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'runs' } },
        },
      ],
    });
  });

  it('can be selected by a NetworkPolicy', () => {
    const objects = synthesized((chart) => {
      new NetworkPolicy(chart, 'policy', { selector: new WorkerPool(chart, 'pool') });
    });
    const { labels } = (only(objects, 'WorkerPool').spec.pod ?? {}) as { readonly labels: object };
    expect(Object.keys(labels)).toEqual([ADDRESS]);
    expect(only(objects, 'NetworkPolicy').spec).toMatchObject({ podSelector: { matchLabels: labels } });
  });
});

describe('a built-in container', () => {
  it('takes variables, sources of variables and mounts afterwards', () => {
    const pod = podOf({}, ({ workerContainer, initContainer }, chart) => {
      const settings = ConfigMap.fromConfigMapName(chart, 'settings', 'settings');
      workerContainer.env.addVariable('LEVEL', EnvValue.fromConfigMap(settings, 'level'));
      workerContainer.env.copyFrom(Env.fromConfigMap(settings, 'APP_'));
      initContainer.mount('/policies', Volume.fromConfigMap(chart, 'policies', settings), { readOnly: true });
    });
    expect(pod).toEqual({
      volumes: [{ name: 'configmap-settings', configMap: { name: 'settings' } }],
      initContainer: { volumeMounts: [{ name: 'configmap-settings', mountPath: '/policies', readOnly: true }] },
      workerContainer: {
        env: [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } }],
        envFrom: [{ prefix: 'APP_', configMapRef: { name: 'settings' } }],
      },
    });
  });

  it('has hooks', () => {
    const preStop = Handler.fromCommand(['sync']);
    const pod = podOf({ pod: { grpcServerContainer: { lifecycle: { preStop } } } });
    expect(pod).toEqual({ grpcServerContainer: { lifecycle: { preStop: { exec: { command: ['sync'] } } } } });
  });

  it('is known by its name in the Pod', () => {
    podOf({}, ({ initContainer, grpcServerContainer, workerContainer }) =>
      expect([initContainer, grpcServerContainer, workerContainer].map(({ name }) => name)).toEqual([
        'init',
        'launcher-grpc',
        'worker',
      ]),
    );
  });

  it('shares its settings with another one without sharing what is added later', () => {
    const settings = { envVariables: { A: EnvValue.fromValue('1') }, volumeMounts: [] };
    const pod = podOf({ pod: { workerContainer: settings, initContainer: settings } }, (pool, chart) => {
      pool.workerContainer.env.addVariable('B', EnvValue.fromValue('2'));
      pool.workerContainer.mount('/scratch', Volume.fromEmptyDir(chart, 'scratch', 'scratch'));
    });
    expect(pod?.initContainer).toEqual({ env: [{ name: 'A', value: '1' }] });
    expect(Object.keys(settings.envVariables)).toEqual(['A']);
    expect(settings.volumeMounts).toEqual([]);
  });
});

describe("a container of the pool's own", () => {
  it('runs before or beside the built-in ones, with the safe defaults of cdk8s-plus', () => {
    const pod = podOf({ pod: { initContainers: [{ name: 'first', image: 'a' }] } }, (pool) => {
      pool.addInitContainer({ name: 'second', image: 'b' });
      pool.addSidecar({ name: 'database', image: 'c' });
    });
    expect(pod?.customInitContainers?.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(pod?.additionalSidecarContainers).toMatchObject([
      {
        name: 'database',
        image: 'c',
        securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        resources: { requests: { cpu: '1000m', memory: '512Mi' } },
      },
    ]);
    expect(Object.keys(pod ?? {}).sort()).toEqual(['additionalSidecarContainers', 'customInitContainers']);
  });

  it('mounts the workspace of the operator, which then stands in the manifest', () => {
    const pod = podOf({}, (pool) => {
      pool.addSidecar({ name: 'docker', image: 'docker:dind' }).mount('/opt/spacelift/workspace', pool.workspace);
    });
    expect(pod).toMatchObject({
      workspaceVolume: { name: 'workspace', emptyDir: {} },
      additionalSidecarContainers: [{ volumeMounts: [{ name: 'workspace', mountPath: '/opt/spacelift/workspace' }] }],
    });
    expect(pod?.volumes).toBeUndefined();
  });

  it('mounts a claim', () => {
    const pod = podOf({}, (pool, chart) => {
      const claim = PersistentVolumeClaim.fromClaimName(chart, 'claim', 'models');
      pool
        .addSidecar({ name: 'models', image: 'c' })
        .mount('/models', Volume.fromPersistentVolumeClaim(chart, 'models', claim));
    });
    expect(pod?.volumes).toMatchObject([{ name: 'pvc-models', persistentVolumeClaim: { claimName: 'models' } }]);
  });
});

function cpu(request: Cpu): RunPodProps {
  return { workerContainer: { resources: { cpu: { request } } } };
}

function worker(workerContainer: object): object {
  return { workerContainer };
}
