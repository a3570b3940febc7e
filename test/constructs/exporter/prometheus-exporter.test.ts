import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import {
  Cpu,
  EnvValue,
  ImagePullPolicy,
  NodeLabelQuery,
  NodeTaintQuery,
  Node,
  Secret,
  ServiceAccount,
} from 'cdk8s-plus-28';
import { PrometheusExporter, type PrometheusExporterProps } from '../../../src';
import { only, synthesized, type Manifest } from '../support';

function exported(
  props: Partial<PrometheusExporterProps> = {},
  change: (exporter: PrometheusExporter) => void = () => undefined,
): Manifest[] {
  return synthesized((chart) => {
    const apiKeySecret = Secret.fromSecretName(chart, 'key', 'promex');
    const given = { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecret, ...props };
    change(new PrometheusExporter(chart, 'exporter', given));
  });
}

interface Template {
  readonly metadata: { readonly labels: object; readonly annotations?: object };
  readonly spec: Readonly<Record<string, unknown>> & { readonly containers: [Readonly<Record<string, unknown>>] };
}

const template = (...of: Parameters<typeof exported>) =>
  only(exported(...of), 'Deployment').spec.template as unknown as Template;
const container = (...of: Parameters<typeof exported>) => template(...of).spec.containers[0];

const SELECTOR = { 'app.kubernetes.io/name': 'spacelift-promex', 'app.kubernetes.io/instance': 'spacelift-promex' };

describe('PrometheusExporter', () => {
  it('is one Deployment that reads the control plane with an API key', () => {
    const objects = exported();
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Deployment spacelift-promex']);
    expect(container().env).toEqual([
      { name: 'SPACELIFT_PROMEX_API_ENDPOINT', value: 'https://acme.example' },
      { name: 'SPACELIFT_PROMEX_API_KEY_ID', value: 'ID' },
      {
        name: 'SPACELIFT_PROMEX_API_KEY_SECRET',
        valueFrom: { secretKeyRef: { name: 'promex', key: 'SPACELIFT_PROMEX_API_KEY_SECRET' } },
      },
      { name: 'SPACELIFT_PROMEX_LISTEN_ADDRESS', value: ':9953' },
    ]);
  });

  it('is modest, and asks the API server for nothing', () => {
    expect(template().spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container()).toMatchObject({
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      securityContext: {
        runAsUser: 1983,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      },
    });
  });

  it('takes everything that a cluster may ask of a Pod', () => {
    const objects = exported({
      labels: { team: 'a', 'app.kubernetes.io/name': 'mine' },
      annotations: { note: 'on every object' },
      podLabels: { zone: 'b', 'app.kubernetes.io/instance': 'mine' },
      podAnnotations: { note: 'on the Pod' },
      replicas: 0,
      image: 'registry.example.com/promex@sha256:abc',
      imagePullPolicy: ImagePullPolicy.ALWAYS,
      resources: { memory: { limit: Size.mebibytes(256) }, cpu: { request: Cpu.millis(10) } },
      nodeSelector: { pool: 'system' },
      priorityClassName: 'infra',
      envVariables: { HTTPS_PROXY: EnvValue.fromValue('http://proxy:3128') },
    });
    const { metadata, spec } = only(objects, 'Deployment');
    expect(metadata.labels).toMatchObject({ team: 'a', ...SELECTOR });
    expect(metadata.annotations).toEqual({ note: 'on every object' });
    expect(spec).toMatchObject({
      replicas: 0,
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: { labels: { zone: 'b', ...SELECTOR }, annotations: { note: 'on the Pod' } },
        spec: {
          nodeSelector: { pool: 'system' },
          priorityClassName: 'infra',
          containers: [
            {
              image: 'registry.example.com/promex@sha256:abc',
              imagePullPolicy: 'Always',
              resources: { requests: { cpu: '10m' }, limits: { memory: '256Mi' } },
            },
          ],
        },
      },
    });
    expect(spec.template.spec.containers[0]?.env).toContainEqual({ name: 'HTTPS_PROXY', value: 'http://proxy:3128' });
  });

  it('pulls with the Secrets, and runs as the ServiceAccount, that it is given', () => {
    const [deployment] = synthesized((chart) => {
      const apiKeySecret = Secret.fromSecretName(chart, 'key', 'promex');
      new PrometheusExporter(chart, 'exporter', {
        apiEndpoint: 'https://acme.example',
        apiKeyId: 'ID',
        apiKeySecret,
        imagePullSecrets: [Secret.fromSecretName(chart, 'registry', 'registry')],
        serviceAccount: ServiceAccount.fromServiceAccountName(chart, 'account', 'metrics'),
        caCertificate: { secret: Secret.fromSecretName(chart, 'ca', 'private-ca'), key: 'root.pem' },
      });
    });
    expect(deployment?.spec.template.spec).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      serviceAccountName: 'metrics',
      volumes: [{ name: 'ca-cert', secret: { secretName: 'private-ca' } }],
      containers: [{ volumeMounts: [{ name: 'ca-cert', mountPath: '/certs', readOnly: true }] }],
    });
    expect(deployment?.spec.template.spec.containers[0]?.env).toContainEqual({
      name: 'SPACELIFT_PROMEX_CA_CERT_PATH',
      value: '/certs/root.pem',
    });
  });

  it('can be scheduled and given variables after it was made', () => {
    const { spec } = template({}, (exporter) => {
      exporter.scheduling.tolerate(Node.tainted(NodeTaintQuery.is('dedicated', 'infra')));
      exporter.scheduling.attract(Node.labeled(NodeLabelQuery.is('arch', 'arm64')));
      exporter.env.addVariable('SPACELIFT_PROMEX_SCRAPE_TIMEOUT', EnvValue.fromValue('8s'));
    });
    expect(spec.tolerations).toEqual([{ key: 'dedicated', operator: 'Equal', value: 'infra' }]);
    expect(JSON.stringify(spec.affinity)).toContain('"key":"arch","operator":"In","values":["arm64"]');
    expect(spec.containers[0].env).toContainEqual({ name: 'SPACELIFT_PROMEX_SCRAPE_TIMEOUT', value: '8s' });
  });

  it('can be put onto one node', () => {
    const { spec } = template({}, (exporter) => exporter.scheduling.assign(Node.named('node-1')));
    expect(spec.nodeName).toBe('node-1');
  });

  it('meets Prometheus at one port, by name', () => {
    const objects = exported({
      port: 8080,
      serviceMonitor: { namespace: 'monitoring', labels: { release: 'prometheus' }, annotations: { note: 'x' } },
    });
    const [{ ports, env, readinessProbe }] = (only(objects, 'Deployment').spec.template as unknown as Template).spec
      .containers;
    expect(env).toContainEqual({ name: 'SPACELIFT_PROMEX_LISTEN_ADDRESS', value: ':8080' });
    expect(ports).toEqual([{ name: 'metrics', containerPort: 8080, protocol: 'TCP' }]);
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/health', port: 'metrics' } });
    const service = only(objects, 'Service');
    expect(service.spec).toEqual({
      type: 'ClusterIP',
      selector: SELECTOR,
      ports: [{ name: 'metrics', port: 8080, targetPort: 'metrics', protocol: 'TCP' }],
    });
    const monitor = only(objects, 'ServiceMonitor');
    expect(monitor.metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { release: 'prometheus' },
      annotations: { note: 'x' },
    });
    expect(monitor.spec).toEqual({
      endpoints: [{ port: 'metrics', path: '/metrics', interval: '30s', scrapeTimeout: '10s' }],
      namespaceSelector: { matchNames: ['tools'] },
      selector: { matchLabels: SELECTOR },
    });
    expect(service.metadata.labels).toMatchObject(SELECTOR);
  });

  it('has a Service without ServiceMonitor where one is enough, with a name that DNS takes', () => {
    const objects = exported({ service: true, name: '1-exporter' });
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Service']);
    expect(only(objects, 'Service').metadata.name).toMatch(/^s-1-exporter-[0-9a-f]{8}$/);
  });

  it.each<[string, Partial<PrometheusExporterProps>, string]>([
    [
      'an address without protocol',
      { apiEndpoint: 'acme.example' },
      'apiEndpoint is "acme.example"; it must look like',
    ],
    [
      'a name in capitals',
      { name: 'Bad_Name' },
      'chart/exporter: name is "Bad_Name"; it must have at most 63 lowercase',
    ],
    ['a key without identifier', { apiKeyId: '' }, 'apiKeyId is required: the identifier of an API key'],
    ['fewer than no Pods', { replicas: -1 }, 'chart/exporter: replicas is -1; it must be a whole number from 0 up'],
    ['a port that is none', { port: 0 }, 'chart/exporter: port is 0; a port is a whole number from 1 to 65535'],
    [
      'a scrape that takes longer than the time between two',
      { serviceMonitor: { interval: Duration.seconds(5) } },
      '[chart/exporter] serviceMonitor.scrapeTimeout may be as long as the interval, 5s, and no longer',
    ],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => exported(props)).toThrow(sentence);
  });
});
