import { Duration, Size } from 'cdk8s';
import {
  Cpu,
  EnvFrom,
  EnvValue,
  ConfigMap,
  ImagePullPolicy,
  Namespaces,
  PercentOrAbsolute,
  Secret,
  ServiceAccount,
  Topology,
  Volume,
} from 'cdk8s-plus-28';
import {
  ControlPlaneExternalServiceType,
  ControlPlaneLogLevel,
  ControlPlaneTrafficPolicy,
  ControlPlaneWeb,
  TopologySpread,
  type WorkerPoolControlPlaneProps,
} from '../../../src';
import { elsewhere } from '../operator/elsewhere';
import { OBSERVABILITY_CASES } from './observability-cases';
import { STORAGE_CASES } from './storage-cases';

const secret = (name: string) => Secret.fromSecretName(elsewhere(), name, name);

const monitoring = Namespaces.select(elsewhere(), 'monitoring', { labels: { name: 'monitoring' } });
const peer = { namespaceSelector: { matchLabels: { name: 'monitoring' } }, podSelector: {} };
const account = ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'pools');
/** Props and the values that say the same. */
export const CASES: readonly [string, WorkerPoolControlPlaneProps, object][] = [
  ['defaults', {}, {}],
  [
    'an address, and what is told to workers',
    {
      publicUrl: 'https://pools.example.com',
      launcherImage: 'r/launcher:1',
      defaultRunnerImage: 'r/runner:1',
      defaultAnsibleRunnerImage: 'r/ansible:1',
      tlsSans: ['pools.internal'],
      trustedProxies: ['10.0.0.0/8'],
      webhookNetworks: ['10.1.0.0/16'],
      tlsSecret: secret('tls'),
      minFreeSpace: Size.gibibytes(2),
      mqttUrl: 'mqtts://pools.example.com',
      startDeadline: Duration.minutes(5),
    },
    {
      publicUrl: 'https://pools.example.com',
      launcherImage: 'r/launcher:1',
      defaultRunnerImage: 'r/runner:1',
      defaultAnsibleRunnerImage: 'r/ansible:1',
      tls: { sans: ['pools.internal'], existingSecret: 'tls' },
      trustedProxies: ['10.0.0.0/8'],
      webhookNetworks: ['10.1.0.0/16'],
      blobs: { minFreeMiB: 2048 },
      mqtt: { url: 'mqtts://pools.example.com' },
      startDeadlineSeconds: 300,
    },
  ],
  [
    'how it serves',
    {
      web: ControlPlaneWeb.OPEN,
      logLevel: ControlPlaneLogLevel.DEBUG,
      retention: {
        runDays: 30,
        runsPerStack: 100,
        logDays: 7,
        logMebibytesPerRun: 64,
        stateVersions: 20,
        auditDays: 90,
        auditEntries: 1000,
      },
      shutdownGrace: Duration.seconds(50),
      terminationGracePeriod: Duration.minutes(1),
      extraArgs: ['--metrics-port=9091'],
    },
    {
      web: 'open',
      logLevel: 'debug',
      retention: {
        runDays: 30,
        runsPerStack: 100,
        logDays: 7,
        logMiBPerRun: 64,
        stateVersions: 20,
        auditDays: 90,
        auditEntries: 1000,
      },
      shutdownGraceSeconds: 50,
      terminationGracePeriodSeconds: 60,
      extraArgs: ['--metrics-port=9091'],
    },
  ],
  [
    'several Pods',
    {
      replicas: 3,
      apiKeySecret: secret('api-key'),
      database: { secret: secret('database'), key: 'uri' },
      keysSecret: secret('keys'),
      s3: {
        bucket: 'b',
        prefix: 'p/',
        endpoint: 'http://s3:9000',
        region: 'r',
        forcePathStyle: true,
        credentialsSecret: secret('s3'),
      },
      mqttBroker: { url: 'mqtts://b', clientUrl: 'mqtts://c', credentialsSecret: secret('broker') },
      disruptionBudget: { minAvailable: PercentOrAbsolute.percent(50) },
      serviceAccountAnnotations: { role: 'pools' },
      topologySpread: [TopologySpread.over(Topology.ZONE)],
    },
    {
      replicas: 3,
      apiKey: { existingSecret: 'api-key' },
      database: { existingSecret: 'database', urlKey: 'uri' },
      keys: { existingSecret: 'keys' },
      blobs: {
        s3: {
          bucket: 'b',
          prefix: 'p/',
          endpoint: 'http://s3:9000',
          region: 'r',
          forcePathStyle: true,
          existingSecret: 's3',
        },
      },
      mqtt: { broker: { url: 'mqtts://b', clientUrl: 'mqtts://c', existingSecret: 'broker' } },
      pdb: { enabled: true, minAvailable: '50%' },
      serviceAccount: { annotations: { role: 'pools' } },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: {
            matchLabels: {
              'app.kubernetes.io/name': 'worker-pools-control-plane',
              'app.kubernetes.io/instance': 'worker-pools-control-plane',
            },
          },
        },
      ],
    },
  ],
  ...STORAGE_CASES,
  ['a node port', { nodePort: 30843 }, { externalHttps: { type: 'NodePort', nodePort: 30843 } }],
  [
    'ways in',
    {
      serviceLabels: { a: 'b' },
      serviceAnnotations: { c: 'd' },
      externalHttps: {
        type: ControlPlaneExternalServiceType.LOAD_BALANCER,
        port: 443,
        labels: { e: 'f' },
        annotations: { g: 'h' },
        loadBalancerClass: 'nlb',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        externalTrafficPolicy: ControlPlaneTrafficPolicy.LOCAL,
      },
      externalMqtt: { type: ControlPlaneExternalServiceType.NODE_PORT, nodePort: 30883 },
    },
    {
      service: { labels: { a: 'b' }, annotations: { c: 'd' } },
      externalHttps: {
        type: 'LoadBalancer',
        port: 443,
        labels: { e: 'f' },
        annotations: { g: 'h' },
        loadBalancerClass: 'nlb',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        externalTrafficPolicy: 'Local',
      },
      externalMqtt: { type: 'NodePort', nodePort: 30883 },
    },
  ],
  [
    'an Ingress that ends TLS',
    {
      publicUrl: 'https://pools.example.com',
      tls: false,
      mqtt: false,
      ingress: { className: 'nginx', labels: { a: 'b' }, annotations: { c: 'd' }, tlsSecret: secret('tls') },
    },
    {
      publicUrl: 'https://pools.example.com',
      tls: { enabled: false },
      mqtt: { enabled: false },
      ingress: {
        enabled: true,
        className: 'nginx',
        labels: { a: 'b' },
        annotations: { c: 'd' },
        tlsSecretName: 'tls',
      },
    },
  ],
  [
    'a network policy with nothing said',
    { networkPolicy: {}, keysSecret: secret('keys') },
    { networkPolicy: { enabled: true }, keys: { existingSecret: 'keys' } },
  ],
  [
    'a network policy',
    {
      database: { secret: secret('database'), key: 'url' },
      networkPolicy: {
        clientPeers: [monitoring],
        metricsPeers: [monitoring],
        egressPorts: [5432],
        egressPeers: [monitoring],
      },
    },
    {
      database: { existingSecret: 'database' },
      networkPolicy: {
        enabled: true,
        clientsFrom: [peer],
        metricsFrom: [peer],
        egressPorts: [5432],
        extraEgress: [{ to: [peer] }],
      },
    },
  ],
  ...OBSERVABILITY_CASES,
  [
    'a Pod of its own kind',
    {
      image: 'r/control-plane@sha256:abc',
      imagePullPolicy: ImagePullPolicy.ALWAYS,
      imagePullSecrets: [secret('registry')],
      resources: { cpu: { request: Cpu.millis(50) }, memory: { limit: Size.gibibytes(2) } },
      nodeSelector: { disk: 'ssd' },
      priorityClassName: 'high',
      securityContext: { fsGroup: 7 },
      containerSecurityContext: { user: 7 },
      serviceAccount: account,
      envVariables: { HTTPS_PROXY: EnvValue.fromValue('http://proxy') },
      envFrom: [new EnvFrom(ConfigMap.fromConfigMapName(elsewhere(), 'map', 'map'))],
      volumes: [Volume.fromEmptyDir(elsewhere(), 'spare', 'spare')],
      volumeMounts: [{ path: '/cache', volume: Volume.fromEmptyDir(elsewhere(), 'cache', 'cache') }],
    },
    {
      image: { repository: 'r/control-plane', digest: 'sha256:abc', pullPolicy: 'Always' },
      imagePullSecrets: ['registry'],
      resources: { requests: { cpu: '50m', memory: null }, limits: { memory: '2048Mi' } },
      nodeSelector: { disk: 'ssd' },
      priorityClassName: 'high',
      podSecurityContext: { fsGroup: 7 },
      securityContext: { runAsUser: 7 },
      serviceAccount: { create: false, name: 'pools' },
      extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
      extraEnvFrom: [{ configMapRef: { name: 'map' } }],
      extraVolumes: [
        { name: 'cache', emptyDir: {} },
        { name: 'spare', emptyDir: {} },
      ],
      extraVolumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    },
  ],
  [
    'labels and annotations of everything, and more of the Pod',
    { labels: { team: 'a' }, annotations: { note: 'b' }, podLabels: { zone: 'c' }, podAnnotations: { at: 'd' } },
    {
      commonLabels: { team: 'a' },
      commonAnnotations: { note: 'b' },
      podLabels: { team: 'a', zone: 'c' },
      podAnnotations: { note: 'b', at: 'd' },
    },
  ],
];
