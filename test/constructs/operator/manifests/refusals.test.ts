/** Values that cannot work together, which the chart and the constructs refuse by one rule; and values close to them. */
import { describe, it } from '@jest/globals';
import { EXPORTER, generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';

const chart = generatedChart();

const args = (...list: string[]) => ({ controllerManager: { manager: { args: list } } });
const ports = (...list: object[]) => ({ metricsService: { enabled: true, ports: list } });
const monitor = (given: object, more: object = {}) => ({
  metricsService: { enabled: true, ...more, serviceMonitor: { enabled: true, ...given } },
});
const timings = (leaderElection: object) => ({ controllerManager: { leaderElection } });

describe('what cannot work is refused, by Helm and by the constructs', () => {
  it.each<[string, Json, string]>([
    ['both numbers of a budget', { pdb: { enabled: true, minAvailable: 0, maxUnavailable: 0 } }, 'not both'],
    [
      'two leaders',
      { controllerManager: { replicas: 2, manager: { args: ['--x'] } } },
      'need the argument --leader-elect',
    ],
    ['probes that nobody answers', args('--health-probe-bind-address=:9090'), 'must end in :8081'],
    ['probes that nobody answers, in two words', args('--health-probe-bind-address', ':80810'), 'must end in :8081'],
    [
      'metrics at the port of the probes',
      args('--metrics-bind-address=127.0.0.1:8081'),
      'which the health probes have',
    ],
    ['a Service without ports', ports(), 'a Service needs one'],
    ['a port twice', ports({ name: 'a', port: 1 }, { name: 'b', port: 1 }), 'have the same port'],
    ['a name of ports twice', ports({ name: 'a', port: 1 }, { name: 'a', port: 2 }), 'have the same name'],
    [
      'a scrape that lasts longer than the time to the next',
      monitor({ interval: '90s', scrapeTimeout: '1m31s' }),
      'may be as long as the interval, 90s, and no longer',
    ],
    [
      'the same of the exporter',
      { 'spacelift-promex': { ...EXPORTER, serviceMonitor: { enabled: true, interval: '9s' } } },
      'may be as long as the interval, 9s, and no longer',
    ],
    ['a deadline after the lease is over', timings({ renewDeadlineSeconds: 15 }), 'longer than the renew deadline'],
    ['retries that come too late', timings({ retryPeriodSeconds: 10 }), 'longer than the retry period'],
    [
      'an exporter without an address',
      { 'spacelift-promex': { ...EXPORTER, apiEndpoint: '' } },
      'apiEndpoint is required',
    ],
    [
      'an exporter whose certificate is of no Secret',
      { 'spacelift-promex': { ...EXPORTER, caCert: { enabled: true } } },
      'caCert.secretName is required where caCert is enabled',
    ],
    [
      'an exporter without key',
      { 'spacelift-promex': { ...EXPORTER, apiKeySecretName: '' } },
      'apiKeySecretName is required: the name of a Secret with the key',
    ],
  ])('%s', (_, values, sentence) => chart.bothRefuse(values, sentence));
});

describe('what is close to it is taken', () => {
  const rows: [string, Json][] = [
    ['a label with capitals', { nameOverride: 'Ops_1', fullnameOverride: 'ops' }],
    ['two replicas that elect a leader', { controllerManager: { replicas: 2 } }],
    ['an address with its port in the next argument', args('--health-probe-bind-address', '[::]:8081')],
    ['two ports', ports({ name: 'a', port: 1, targetPort: 8443 }, { name: 'b', port: 8443, targetPort: 8443 })],
    ['a scrape as long as the time to the next', monitor({ interval: '1m30s', scrapeTimeout: '90s' })],
    ['a scrape of half a minute', monitor({ interval: '1h', scrapeTimeout: '30s500ms' })],
    ["times that are Prometheus' own", monitor({ interval: '', scrapeTimeout: '' })],
    ['a scheme that is not that of the metrics, as the official chart has it', monitor({ scheme: 'http' })],
    ['plain metrics with an encrypted scrape, as the official chart has it', monitor({}, { secure: false })],
    ['longer timings', timings({ leaseDurationSeconds: 60, renewDeadlineSeconds: 40 })],
  ];
  eachRenders(
    chart,
    rows.map(([name, values]) => [name, { ...values, ...NO_CRDS }] as const),
  );
});
