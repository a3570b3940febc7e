import { describe, expect, it } from '@jest/globals';
import { App, Chart, Duration, Size } from 'cdk8s';
import {
  Cpu,
  DeploymentStrategy,
  EnvFrom,
  EnvValue,
  ImagePullPolicy,
  Namespaces,
  Node,
  NodeLabelQuery,
  NodeTaintQuery,
  Secret,
  ServiceAccount,
  ServiceType,
  TaintEffect,
  Topology,
  Volume,
} from 'cdk8s-plus-28';
import {
  LogFormat,
  LogLevel,
  OperatorRights,
  TopologySpread,
  WorkerPoolOperator,
  type WorkerPoolOperatorProps,
} from '../../../src';
import { operatorChart } from '../../../src/helm/charts/operator-chart';
import { synthesizeChart } from '../../../src/helm/synthesize';
import { only, synthesized, type Manifest } from '../support';

const operator = (props?: WorkerPoolOperatorProps) =>
  synthesized((chart) => new WorkerPoolOperator(chart, 'op', props));

describe('WorkerPoolOperator', () => {
  const release = { name: 'spacelift-workerpool-controller', namespace: 'tools' };
  const cases: readonly [string, WorkerPoolOperatorProps, object][] = [
    ['defaults', {}, {}],
    ['two namespaces', { watchNamespaces: ['a', 'b'] }, { controllerManager: { namespaces: ['a', 'b'] } }],
    ['metrics', { metrics: {} }, { metricsService: { enabled: true } }],
    [
      'plain metrics',
      { metrics: { secure: false, enableHttp2: true } },
      { metricsService: { enabled: true, secure: false, enableHTTP2: true } },
    ],
    ['a budget of run Pods', { runDisruptionBudget: {} }, { pdb: { enabled: true } }],
    [
      'budgets with numbers',
      { runDisruptionBudget: { maxUnavailable: 0 }, controllerDisruptionBudget: { minAvailable: 1 } },
      { pdb: { enabled: true, maxUnavailable: 0 }, controllerManager: { pdb: { enabled: true, minAvailable: 1 } } },
    ],
    [
      'a scheduled controller',
      {
        replicas: 2,
        revisionHistoryLimit: 3,
        strategy: DeploymentStrategy.recreate(),
        nodeSelector: { disk: 'ssd' },
        priorityClassName: 'high',
        topologySpread: [TopologySpread.over(Topology.ZONE, { labels: { a: 'b' } })],
        terminationGracePeriod: Duration.minutes(1),
        podLabels: { team: 'a' },
        podAnnotations: { note: 'b' },
      },
      {
        controllerManager: {
          replicas: 2,
          revisionHistoryLimit: 3,
          strategy: { type: 'Recreate' },
          nodeSelector: { disk: 'ssd' },
          priorityClassName: 'high',
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { a: 'b' } },
            },
          ],
          terminationGracePeriodSeconds: 60,
          podAnnotations: { note: 'b' },
          manager: { extraPodLabels: { team: 'a' } },
        },
      },
    ],
    [
      'another container',
      {
        image: 'r/c:1',
        imagePullPolicy: ImagePullPolicy.ALWAYS,
        imagePullSecrets: [Secret.fromSecretName(elsewhere(), 'pull', 'registry')],
        args: [],
        envVariables: { HTTPS_PROXY: EnvValue.fromValue('http://proxy') },
        envFrom: [new EnvFrom(undefined, undefined, Secret.fromSecretName(elsewhere(), 'env', 'vars'))],
        volumeMounts: [{ path: '/opt/spacelift/certs', volume: volume('ca') }],
        securityContext: { user: 1983 },
        containerSecurityContext: { readOnlyRootFilesystem: false },
        enforceFips140: true,
        leaderElection: { leaseDuration: Duration.minutes(1) },
        logLevel: LogLevel.DEBUG,
        logFormat: LogFormat.LOGFMT,
        clusterDomain: 'corp.local',
      },
      {
        kubernetesClusterDomain: 'corp.local',
        controllerManager: {
          imagePullSecrets: [{ name: 'registry' }],
          extraVolumes: [{ name: 'ca', emptyDir: {} }],
          podSecurityContext: { runAsUser: 1983 },
          enforceFips140: true,
          leaderElection: { leaseDurationSeconds: 60 },
          logging: { level: 'debug', format: 'logfmt' },
          manager: {
            image: { repository: 'r/c', tag: '1', pullPolicy: 'Always' },
            args: [],
            extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
            extraEnvFrom: [{ secretRef: { name: 'vars' } }],
            extraVolumeMounts: [{ name: 'ca', mountPath: '/opt/spacelift/certs' }],
            containerSecurityContext: { readOnlyRootFilesystem: false },
          },
        },
      },
    ],
    [
      'a service account of its own',
      { serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn' } },
      { controllerManager: { serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn' } } } },
    ],
    [
      "somebody else's service account",
      { serviceAccount: ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'x') },
      { controllerManager: { serviceAccount: { create: false, name: 'x' } } },
    ],
    [
      'the official rights',
      { rights: OperatorRights.OFFICIAL, watchNamespaces: ['a'] },
      { controllerManager: { rbac: { rules: 'official' }, namespaces: ['a'] } },
    ],
    ['no rights', { rights: OperatorRights.NONE }, { controllerManager: { rbac: { create: false } } }],
    [
      'a service monitor',
      {
        metrics: {
          serviceType: ServiceType.NODE_PORT,
          serviceLabels: { a: 'b' },
          serviceAnnotations: { c: 'd' },
          serviceMonitor: {
            namespace: 'monitoring',
            labels: { release: 'prometheus' },
            annotations: { e: 'f' },
            interval: Duration.minutes(1),
            scrapeTimeout: Duration.seconds(5),
            insecureSkipVerify: true,
            bearerTokenFile: '/token',
          },
        },
      },
      {
        metricsService: {
          enabled: true,
          type: 'NodePort',
          labels: { a: 'b' },
          annotations: { c: 'd' },
          serviceMonitor: {
            enabled: true,
            namespace: 'monitoring',
            additionalLabels: { release: 'prometheus' },
            annotations: { e: 'f' },
            interval: '60s',
            scrapeTimeout: '5s',
            tlsConfig: { insecureSkipVerify: true },
            bearerTokenFile: '/token',
          },
        },
      },
    ],
    [
      'a network policy',
      {
        metrics: {},
        networkPolicy: {
          egressPorts: [443],
          egressPeers: [Namespaces.select(elsewhere(), 'proxies', { labels: { role: 'proxy' } })],
          metricsPeers: [Namespaces.select(elsewhere(), 'monitoring', { names: ['monitoring'] })],
        },
      },
      {
        metricsService: { enabled: true },
        controllerManager: {
          networkPolicy: {
            enabled: true,
            egressPorts: [443],
            extraEgress: [{ to: [{ namespaceSelector: { matchLabels: { role: 'proxy' } }, podSelector: {} }] }],
            metricsFrom: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
                podSelector: {},
              },
            ],
          },
        },
      },
    ],
    [
      'labels and annotations of everything',
      { installCrds: false, labels: { team: 'a', 'app.kubernetes.io/name': 'b' }, annotations: { note: 'c' } },
      {
        crds: { install: false },
        commonLabels: { team: 'a', 'app.kubernetes.io/name': 'b' },
        commonAnnotations: { note: 'c' },
      },
    ],
    ['no definitions', { installCrds: false }, { crds: { install: false } }],
    [
      'resources',
      { resources: { cpu: { request: Cpu.millis(50) }, memory: { limit: Size.gibibytes(1) } } },
      {
        controllerManager: {
          manager: { resources: { requests: { cpu: '50m', memory: null }, limits: { memory: '1024Mi' } } },
        },
      },
    ],
  ];
  it.each(cases)('is what the chart renders: %s', (_, props, values) => {
    const rendered = synthesizeChart(operatorChart, release, values as Record<string, unknown>);
    expect(operator(props).map(withoutOrigin).sort(byText)).toEqual(
      (rendered as unknown as Manifest[]).map(withoutOrigin).sort(byText),
    );
  });

  it('can be added to until it is synthesized', () => {
    const objects = synthesized((chart) => {
      const op = new WorkerPoolOperator(chart, 'op');
      op.scheduling.tolerate(Node.tainted(NodeTaintQuery.is('dedicated', 'ops', { effect: TaintEffect.NO_SCHEDULE })));
      op.scheduling.attract(Node.labeled(NodeLabelQuery.is('disk', 'ssd')), { weight: 10 });
      op.env.addVariable('HTTPS_PROXY', EnvValue.fromValue('http://proxy'));
      op.mount('/opt/spacelift/certs', volume('ca'), { readOnly: true });
      op.addVolume(volume('spare'));
    });
    const pod = only(objects, 'Deployment').spec.template.spec;
    expect(pod).toMatchObject({
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'ops', effect: 'NoSchedule' }],
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10 }],
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] },
        },
      },
      volumes: [{ name: 'ca' }, { name: 'spare' }],
    });
    expect(pod.containers[0]?.env.at(-1)).toEqual({ name: 'HTTPS_PROXY', value: 'http://proxy' });
    expect(pod.containers[0]?.volumeMounts).toEqual([
      { name: 'ca', mountPath: '/opt/spacelift/certs', readOnly: true },
    ]);
  });

  it('lets Prometheus scrape the guarded metrics', () => {
    const objects = synthesized((chart) => {
      const op = new WorkerPoolOperator(chart, 'op', { metrics: {} });
      op.grantMetrics(
        'prometheus',
        ServiceAccount.fromServiceAccountName(chart, 'sa', 'prometheus', { namespaceName: 'm' }),
      );
    });
    expect(objects.at(-1)).toMatchObject({
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: 'spacelift-workerpool-controller-metrics-reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'm' }],
    });
  });

  it('has nothing to grant where everybody may scrape', () => {
    const op = new WorkerPoolOperator(elsewhere(), 'op', { namespace: 'tools', metrics: { secure: false } });
    const prometheus = ServiceAccount.fromServiceAccountName(op, 'sa', 'prometheus');
    expect(() => op.grantMetrics('prometheus', prometheus)).toThrow('elsewhere/op: the metrics are off or open');
  });

  it('lets the controller do what it does, and no more', () => {
    const rules = (object: Manifest) =>
      (object.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
        resources.map((resource) => `${apiGroups.join()}/${resource}: ${[...verbs].sort().join(' ')}`),
      );
    expect(rules(only(operator(), 'ClusterRole'))).toEqual([
      '/pods: create delete get list patch watch',
      '/secrets: get',
      '/events: create patch',
      'workers.spacelift.io/workerpools: get list patch watch',
      'workers.spacelift.io/workers: create delete get list patch watch',
      'workers.spacelift.io/workerpools/status: get patch update',
      'workers.spacelift.io/workers/status: get patch update',
      'workers.spacelift.io/workerpools/finalizers: update',
      'workers.spacelift.io/workers/finalizers: update',
    ]);
    expect(rules(only(operator(), 'Role'))).toEqual(['coordination.k8s.io/leases: create get update']);
  });

  it('grants nothing outside of the namespaces that it watches', () => {
    const objects = operator({ watchNamespaces: ['a'] });
    expect(objects.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
    expect(only(objects, 'Role', 'manager-role').metadata.namespace).toBe('a');
    expect(only(objects, 'RoleBinding', 'manager-rolebinding').subjects).toMatchObject([{ namespace: 'tools' }]);
  });

  it('keeps its labels apart from what selects the Pods', () => {
    const { spec, metadata } = only(operator(), 'Deployment');
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(Object.keys(spec.selector.matchLabels)).not.toContain('app.kubernetes.io/version');
  });

  it('runs under the Pod Security Standard "restricted"', () => {
    const pod = only(operator(), 'Deployment').spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.containers).toMatchObject([
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
    ]);
  });

  it.each<[string, WorkerPoolOperatorProps, string]>([
    ['a negative number of Pods', { replicas: -1 }, 'chart/op: replicas is -1; it must be a whole number from 0 up'],
    ['half a Pod', { replicas: 1.5 }, 'chart/op: replicas is 1.5; it must be a whole number from 0 up'],
    [
      'both numbers of a budget',
      { runDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } },
      'chart/op: runDisruptionBudget is {"minAvailable":1,"maxUnavailable":1}; set minAvailable or maxUnavailable, not both',
    ],
    [
      'a namespace twice',
      { watchNamespaces: ['a', 'a'] },
      'chart/op: watchNamespaces is ["a","a"]; name each namespace once',
    ],
    [
      'what is no namespace',
      { watchNamespaces: ['Team'] },
      'chart/op: watchNamespaces is "Team"; a namespace has at most 63 small letters',
    ],
    [
      'annotations of an account that it does not make',
      {
        serviceAccount: ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'x'),
        serviceAccountAnnotations: { a: 'b' },
      },
      'chart/op: serviceAccountAnnotations is {"a":"b"}; leave it out where serviceAccount is given',
    ],
    [
      'a port that there is not',
      { networkPolicy: { egressPorts: [0] } },
      'chart/op: networkPolicy.egressPorts is 0; a port is a whole number from 1 to 65535',
    ],
    ['two leaders', { replicas: 2, args: [] }, 'chart/op: several replicas need the argument --leader-elect'],
    [
      'timings that let two lead',
      { leaderElection: { leaseDuration: Duration.seconds(10) } },
      'chart/op: of leader election, the lease duration must be longer than the renew deadline',
    ],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => operator(props)).toThrow(sentence);
  });

  it('refuses to stand in no namespace', () => {
    expect(() => synthesized((chart) => new WorkerPoolOperator(chart, 'op'), '')).toThrow(
      'chart/op: namespace is not set; name one here, or give the Chart one',
    );
  });
});

/** A place for what the operator is only told about. */
function elsewhere(): Chart {
  return new Chart(new App(), 'elsewhere');
}

function volume(name: string): Volume {
  return Volume.fromEmptyDir(elsewhere(), name, name);
}

/** Chart and cdk8s differ in who says that he manages the object, on purpose. */
function withoutOrigin(object: Manifest): Manifest {
  const text = JSON.stringify(object).replaceAll(
    '"app.kubernetes.io/managed-by":"Helm"',
    '"app.kubernetes.io/managed-by":"cdk8s"',
  );
  return JSON.parse(text.replace(/,"helm\.sh\/chart":"[^"]*"/g, '')) as Manifest;
}

function byText(left: Manifest, right: Manifest): number {
  return JSON.stringify(left).localeCompare(JSON.stringify(right));
}
