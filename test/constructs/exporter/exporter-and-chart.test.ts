import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import { EnvValue, ImagePullPolicy, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { PrometheusExporter, type PrometheusExporterProps } from '../../../src';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { exporterChart } from '../../../src/constructs/exporter/chart';
import { EXPORTER_PROPS } from '../../../src/constructs/exporter/prometheus-exporter-props';
import { elsewhere } from '../operator/elsewhere';
import { synthesized, withoutOrigin } from '../support';

const needed = {
  apiEndpoint: 'https://acme.example',
  apiKeyId: 'ID',
  apiKeySecret: Secret.fromSecretName(elsewhere(), 'key', 'promex'),
};
const neededValues = { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

describe('PrometheusExporter', () => {
  const release = { name: 'spacelift-promex', namespace: 'tools' };
  const cases: readonly [string, Partial<PrometheusExporterProps>, object][] = [
    ['defaults', {}, {}],
    [
      'a Pod of its own kind',
      {
        podLabels: { team: 'a' },
        podAnnotations: { note: 'b' },
        image: 'r/promex:1',
        imagePullPolicy: ImagePullPolicy.ALWAYS,
        imagePullSecrets: [Secret.fromSecretName(elsewhere(), 'pull', 'registry')],
        replicas: 2,
        resources: { memory: { limit: Size.mebibytes(256) } },
        nodeSelector: { disk: 'ssd' },
        priorityClassName: 'high',
        serviceAccount: ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'metrics'),
        envVariables: { HTTPS_PROXY: EnvValue.fromValue('http://proxy') },
        caCertificate: { secret: Secret.fromSecretName(elsewhere(), 'ca', 'private-ca'), key: 'root.pem' },
      },
      {
        podLabels: { team: 'a' },
        podAnnotations: { note: 'b' },
        image: { repository: 'r/promex', tag: '1', pullPolicy: 'Always' },
        imagePullSecrets: ['registry'],
        replicaCount: 2,
        resources: { requests: null, limits: { memory: '256Mi' } },
        nodeSelector: { disk: 'ssd' },
        priorityClassName: 'high',
        serviceAccountName: 'metrics',
        extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
        caCert: { enabled: true, secretName: 'private-ca', secretKey: 'root.pem' },
      },
    ],
    [
      'an image pulled as its tag has it',
      { image: 'r/promex:1' },
      { image: { repository: 'r/promex', tag: '1', pullPolicy: '' } },
    ],
    [
      'a Service at another port, with labels and annotations of everything',
      { service: true, port: 8080, labels: { team: 'a' }, annotations: { note: 'c' } },
      {
        service: { enabled: true, port: 8080 },
        listenAddress: ':8080',
        commonLabels: { team: 'a' },
        commonAnnotations: { note: 'c' },
      },
    ],
    [
      'a service monitor',
      {
        serviceMonitor: {
          namespace: 'monitoring',
          labels: { release: 'prometheus' },
          annotations: { e: 'f' },
          interval: Duration.minutes(1),
          scrapeTimeout: Duration.seconds(5),
        },
      },
      {
        serviceMonitor: {
          enabled: true,
          namespace: 'monitoring',
          additionalLabels: { release: 'prometheus' },
          annotations: { e: 'f' },
          interval: '60s',
          scrapeTimeout: '5s',
        },
      },
    ],
  ];
  it('is compared with the chart in every prop but its name and namespace', () => {
    const compared = new Set([needed, ...cases.map(([, props]) => props)].flatMap((props) => Object.keys(props)));
    expect(Object.keys(EXPORTER_PROPS).filter((prop) => !compared.has(prop))).toEqual(['name', 'namespace']);
  });

  it.each(cases)('is what the chart renders: %s', (_, props, values) => {
    const rendered = synthesizeChart(exporterChart, release, { ...neededValues, ...values });
    const objects = synthesized((chart) => new PrometheusExporter(chart, 'exporter', { ...needed, ...props }));
    expect(withoutOrigin(objects)).toEqual(withoutOrigin(rendered));
  });
});
