import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import {
  Capability,
  Cpu,
  DeploymentStrategy,
  EnvFrom,
  EnvValue,
  ImagePullPolicy,
  Namespaces,
  PercentOrAbsolute,
  Secret,
  ServiceAccount,
  ServiceType,
  Topology,
} from 'cdk8s-plus-28';
import {
  ControllerLogFormat,
  ControllerLogLevel,
  OperatorRights,
  TopologySpread,
  WorkerPoolOperator,
  type WorkerPoolOperatorProps,
} from '../../../src';
import { operatorChart } from '../../../src/constructs/operator/chart/chart';
import { OPERATOR_PROPS } from '../../../src/constructs/operator/worker-pool-operator-mapping';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { synthesized, withoutOrigin } from '../support';
import { elsewhere, emptyVolume } from './elsewhere';

describe('WorkerPoolOperator', () => {
  const release = { name: 'spacelift-workerpool-controller', namespace: 'tools' };
  const cases: readonly [string, WorkerPoolOperatorProps, object][] = [
    ['defaults', {}, {}],
    ['two namespaces', { watchNamespaces: ['a', 'b'] }, { controllerManager: { namespaces: ['a', 'b'] } }],
    [
      'a service monitor with nothing said',
      { metrics: { serviceMonitor: {} } },
      { metricsService: { enabled: true, serviceMonitor: { enabled: true } } },
    ],
    ['metrics', { metrics: {} }, { metricsService: { enabled: true } }],
    [
      'metrics, with a switch left undefined',
      { metrics: { secure: undefined } },
      { metricsService: { enabled: true } },
    ],
    [
      'plain metrics',
      { metrics: { secure: false, enableHttp2: true } },
      { metricsService: { enabled: true, secure: false, enableHTTP2: true } },
    ],
    ['a budget of run Pods', { runDisruptionBudget: {} }, { pdb: { enabled: true } }],
    [
      'budgets with numbers',
      {
        runDisruptionBudget: { maxUnavailable: 0 },
        controllerDisruptionBudget: { minAvailable: PercentOrAbsolute.absolute(1) },
      },
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
        hostAliases: [{ ip: '10.0.0.7', hostnames: ['control-plane.corp'] }],
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
          hostAliases: [{ ip: '10.0.0.7', hostnames: ['control-plane.corp'] }],
          podAnnotations: { note: 'b' },
          manager: { extraPodLabels: { team: 'a' } },
        },
      },
    ],
    [
      'more arguments',
      { extraArgs: ['--kube-api-qps=50'] },
      { controllerManager: { manager: { extraArgs: ['--kube-api-qps=50'] } } },
    ],
    [
      'another container',
      {
        image: 'r/c:1',
        imagePullPolicy: ImagePullPolicy.ALWAYS,
        imagePullSecrets: [Secret.fromSecretName(elsewhere(), 'pull', 'registry')],
        args: ['--leader-elect=false'],
        envVariables: { HTTPS_PROXY: EnvValue.fromValue('http://proxy') },
        envFrom: [new EnvFrom(undefined, undefined, Secret.fromSecretName(elsewhere(), 'env', 'vars'))],
        volumeMounts: [{ path: '/opt/spacelift/certs', volume: emptyVolume('ca') }],
        volumes: [emptyVolume('spare')],
        securityContext: { user: 1983 },
        containerSecurityContext: { readOnlyRootFilesystem: false, capabilities: { add: [Capability.SYS_PTRACE] } },
        enforceFips140: true,
        leaderElection: { leaseDuration: Duration.minutes(1) },
        logLevel: ControllerLogLevel.DEBUG,
        logFormat: ControllerLogFormat.LOGFMT,
        clusterDomain: 'corp.local',
      },
      {
        kubernetesClusterDomain: 'corp.local',
        controllerManager: {
          imagePullSecrets: [{ name: 'registry' }],
          extraVolumes: [
            { name: 'ca', emptyDir: {} },
            { name: 'spare', emptyDir: {} },
          ],
          podSecurityContext: { runAsUser: 1983 },
          enforceFips140: true,
          leaderElection: { leaseDurationSeconds: 60 },
          logging: { level: 'debug', format: 'logfmt' },
          manager: {
            image: { repository: 'r/c', tag: '1', pullPolicy: 'Always' },
            args: ['--leader-elect=false'],
            extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
            extraEnvFrom: [{ secretRef: { name: 'vars' } }],
            extraVolumeMounts: [{ name: 'ca', mountPath: '/opt/spacelift/certs' }],
            containerSecurityContext: { readOnlyRootFilesystem: false, capabilities: { add: ['SYS_PTRACE'] } },
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
    [
      'no roles for people',
      { aggregateClusterRoles: false },
      { controllerManager: { rbac: { aggregateClusterRoles: false } } },
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
  it('is compared with the chart in every prop but its name and namespace', () => {
    const compared = new Set(cases.flatMap(([, props]) => Object.keys(props)));
    expect(Object.keys(OPERATOR_PROPS).filter((prop) => !compared.has(prop))).toEqual(['name', 'namespace']);
  });

  it.each(cases)('is what the chart renders: %s', (_, props, values) => {
    const rendered = synthesizeChart(operatorChart, release, values as Record<string, unknown>);
    const objects = synthesized((chart) => new WorkerPoolOperator(chart, 'op', props));
    expect(withoutOrigin(objects)).toEqual(withoutOrigin(rendered));
  });
});
