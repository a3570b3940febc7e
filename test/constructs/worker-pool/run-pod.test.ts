import { describe, expect, it } from '@jest/globals';
import { App, Chart, Duration, Size } from 'cdk8s';
import {
  Capability,
  Cpu,
  DnsPolicy,
  EnvValue,
  FsGroupChangePolicy,
  NetworkPolicy,
  Node,
  NodeTaintQuery,
  Pods,
  SeccompProfileType,
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
    [
      'DNS search domains and options',
      { dns: { searches: ['internal'], options: [{ name: 'ndots', value: '1' }] } },
      { dnsConfig: { searches: ['internal'], options: [{ name: 'ndots', value: '1' }] } },
    ],
    [
      'every security option of the Pod',
      {
        securityContext: {
          fsGroup: 1,
          fsGroupChangePolicy: FsGroupChangePolicy.ON_ROOT_MISMATCH,
          user: 2,
          group: 3,
          ensureNonRoot: false,
          sysctls: [{ name: 'net.core.somaxconn', value: '4' }],
        },
      },
      {
        securityContext: {
          fsGroup: 1,
          fsGroupChangePolicy: 'OnRootMismatch',
          runAsUser: 2,
          runAsGroup: 3,
          runAsNonRoot: false,
          sysctls: [{ name: 'net.core.somaxconn', value: '4' }],
        },
      },
    ],
    [
      'every security option of a container',
      {
        workerContainer: {
          securityContext: {
            user: 1,
            group: 2,
            ensureNonRoot: false,
            privileged: true,
            readOnlyRootFilesystem: false,
            allowPrivilegeEscalation: true,
            capabilities: { add: [Capability.SYS_ADMIN], drop: [Capability.ALL] },
            seccompProfile: { type: SeccompProfileType.UNCONFINED },
          },
        },
      },
      worker({
        securityContext: {
          runAsUser: 1,
          runAsGroup: 2,
          runAsNonRoot: false,
          privileged: true,
          readOnlyRootFilesystem: false,
          allowPrivilegeEscalation: true,
          capabilities: { add: ['SYS_ADMIN'], drop: ['ALL'] },
          seccompProfile: { type: 'Unconfined' },
        },
      }),
    ],
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

  it('is the same however often it is synthesized', () => {
    const chart = new Chart(new App(), 'chart');
    new WorkerPool(chart, 'pool', { pod: { volumes: [Volume.fromEmptyDir(chart, 'scratch', 'scratch')] } });
    const first: unknown = chart.toJson();
    expect(first).toMatchObject([{ spec: { pod: { volumes: [{ name: 'scratch' }] } } }]);
    expect(chart.toJson()).toEqual(first);
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

function cpu(request: Cpu): RunPodProps {
  return { workerContainer: { resources: { cpu: { request } } } };
}

function worker(workerContainer: object): object {
  return { workerContainer };
}
