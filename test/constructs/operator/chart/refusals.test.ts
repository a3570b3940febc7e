/** What the operator's chart refuses, with real Helm, and what it says of what it takes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../../src/charting/synthesize';
import { GeneratedChart, readManifests, sorted } from '../../../charting/support/helm';

type Json = Readonly<Record<string, unknown>>;

const release = { name: 'ops', namespace: 'tools' };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

describe('what cannot work is refused, by Helm and by the constructs', () => {
  const args = (...list: string[]) => ({ controllerManager: { manager: { args: list } } });
  const ports = (...list: object[]) => ({ metricsService: { enabled: true, ports: list } });
  const monitor = (given: object, more: object = {}) => ({
    metricsService: { enabled: true, ...more, serviceMonitor: { enabled: true, ...given } },
  });
  const exporter = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };
  const timings = (leaderElection: object) => ({ controllerManager: { leaderElection } });
  const cases: readonly [string, Json, string][] = [
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
      { 'spacelift-promex': { ...exporter, serviceMonitor: { enabled: true, interval: '9s' } } },
      'may be as long as the interval, 9s, and no longer',
    ],
    ['a deadline after the lease is over', timings({ renewDeadlineSeconds: 15 }), 'longer than the renew deadline'],
    ['retries that come too late', timings({ retryPeriodSeconds: 10 }), 'longer than the retry period'],
  ];
  it.each(cases)('%s', async (_, values, sentence) => {
    const { ok, text } = await chart.template(values, release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
    expect(() => synthesizeChart(operatorChart, release, values)).toThrow(sentence);
  });

  it.each<[string, Json]>([
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
  ])('but not %s', async (_, values) => {
    const { text, ok } = await chart.template(values, release);
    expect(text).toContain('kind: Deployment');
    expect(ok).toBe(true);
    expect(sorted(readManifests(text))).toEqual(sorted(synthesizeChart(operatorChart, release, values)));
  });
});

describe('helm refuses by the schema', () => {
  it.each<[string, Json, string]>([
    ['a namespace twice', { controllerManager: { namespaces: ['a', 'a'] } }, "at '/controllerManager/namespaces'"],
    ['what is no namespace', { controllerManager: { namespaces: ['A_b'] } }, "at '/controllerManager/namespaces/0'"],
    ['a part of a Pod', { pdb: { minAvailable: '50' } }, "at '/pdb/minAvailable'"],
    ['fewer Pods than none', { pdb: { maxUnavailable: -1 } }, "at '/pdb/maxUnavailable'"],
    ['unknown rules', { controllerManager: { rbac: { rules: 'all' } } }, "value must be one of 'minimal', 'official'"],
    ['a name with capitals', { fullnameOverride: 'Ops' }, "at '/fullnameOverride'"],
    ['a digest without its algorithm', { controllerManager: { manager: { image: { digest: 'ab' } } } }, 'image/digest'],
    ['an unknown log format', { controllerManager: { logging: { format: 'xml' } } }, 'logging/format'],
    ['a time in words', { metricsService: { serviceMonitor: { interval: 'often' } } }, 'serviceMonitor/interval'],
    ['an address without a scheme', { 'spacelift-promex': { apiEndpoint: 'acme.example' } }, 'promex/apiEndpoint'],
    ['a port beyond the last', { controllerManager: { networkPolicy: { egressPorts: [65536] } } }, 'egressPorts/0'],
  ])('%s', async (_, values, sentence) => {
    const { ok, text } = await chart.template(values, release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  });
});
