import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { ControlPlaneDashboard, WorkerPoolControlPlane, WorkerPoolDashboard } from 'cdk8s-worker-pools';
import { request } from 'undici';
import { stringify } from 'yaml';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../support/folder';
import { promtool } from '../support/promtool';

interface Rule {
  readonly alert: string;
  readonly labels: Record<string, string>;
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

const PREFIX = 'worker_pools_control_plane_';
const TARGET = 'namespace="pools",job="cp-metrics"';

let folder: string;
let groups: readonly { readonly rules: readonly Rule[] }[];

beforeAll(() => {
  folder = temporaryFolder();
  const chart = new Chart(new App(), 'chart', { namespace: 'pools' });
  new WorkerPoolControlPlane(chart, 'control-plane', { name: 'cp', serviceMonitor: {}, prometheusRule: {} });
  const objects = chart.toJson() as { kind: string; spec: { groups: typeof groups } }[];
  ({ groups } = objects.find(({ kind }) => kind === 'PrometheusRule')!.spec);
  writeFileSync(join(folder, 'rules.yaml'), stringify({ groups }));
});

afterAll(() => removeFolder(folder));

const rules = (): readonly Rule[] => groups.flatMap((group) => group.rules);

test('the metrics of a control plane are as Prometheus wants them', async () => {
  const controlPlane = await TestControlPlane.start({ metricsPort: 0 });
  try {
    const { body } = await request(`${controlPlane.metricsUrl}/metrics`);
    const own = (await body.text()).split('\n').filter((line) => line.includes(PREFIX));
    expect(await promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toEqual({ exitCode: 0, said: '' });
  } finally {
    await controlPlane.close();
  }
});

test('the alerts are rules that Prometheus takes', async () => {
  const { exitCode, said } = await promtool(['check', 'rules', join(folder, 'rules.yaml')]);
  expect([exitCode, said]).toEqual([0, expect.stringContaining(`${rules().length} rules found`)]);
});

test.each([ControlPlaneDashboard, WorkerPoolDashboard])(
  'what the dashboard $name asks is taken by Prometheus',
  async (Dashboard) => {
    const { dashboardJson } = new Dashboard(new Chart(new App(), 'chart'), 'dashboard');
    const { panels } = JSON.parse(dashboardJson) as { panels: { targets?: { expr: string }[] }[] };
    const asked = panels.flatMap(({ targets = [] }) => targets).map(({ expr }) => expr.replaceAll('$window', '5m'));
    const path = join(folder, 'asked.yaml');
    const written = asked.map((expr, index) => ({ record: `asked:${index}`, expr }));
    writeFileSync(path, stringify({ groups: [{ name: 'asked', rules: written }] }));
    const { exitCode, said } = await promtool(['check', 'rules', path]);
    expect([exitCode, said]).toEqual([0, expect.stringContaining(`${asked.length} rules found`)]);
  },
);

interface Case {
  readonly alert: string;
  /** Name and labels without those of the target, and the values of every minute. */
  readonly series: readonly (readonly [name: string, labels: string, values: string])[];
  /** Minutes after which it has fired. */
  readonly after: number;
  /** What the alert carries beside its severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly says: string;
}

const ofTarget = { namespace: 'pools', job: 'cp-metrics' };

const CASES: readonly Case[] = [
  {
    alert: 'ControlPlaneSilent',
    series: [],
    after: 11,
    labels: ofTarget,
    says: 'Prometheus has no answer from the control plane: if it does not run, no run starts.',
  },
  {
    alert: 'ControlPlaneNotReady',
    series: [['ready', 'check="database",', '0x20']],
    after: 6,
    labels: { check: 'database' },
    says: 'The check database fails in every replica: requests are of no use until it passes.',
  },
  {
    alert: 'ControlPlaneRunWaits',
    series: [['oldest_waiting_run_seconds', '', '1900x20']],
    after: 6,
    says: 'A run has waited for a worker for 31m 40s.',
  },
  {
    alert: 'ControlPlaneAssignmentSlow',
    series: [
      ['assignment_view_seconds_bucket', 'le="1",', '0x60'],
      ['assignment_view_seconds_bucket', 'le="5",', '0+1x60'],
      ['assignment_view_seconds_bucket', 'le="+Inf",', '0+1x60'],
    ],
    after: 31,
    says: 'One assignment in a hundred took 4.96s or more to reach its controller.',
  },
  {
    alert: 'ControlPlaneSessionsSilent',
    series: [['sessions', 'state="silent",', '2x20']],
    after: 6,
    says: '2 sessions of controllers have said nothing for more than a minute: their workers get no runs.',
  },
  {
    alert: 'ControlPlaneRunsSilent',
    series: [['leases_ending', 'holder="run",', '3x20']],
    after: 3,
    says: 'The Pods of 3 runs that have started say nothing: those runs are about to be given up.',
  },
  {
    alert: 'ControlPlaneDatabaseFails',
    series: [['database_transactions_total', 'result="failed",', '0+1x60']],
    after: 30,
    says: '15 transactions failed within 15m; the log says why.',
  },
  {
    alert: 'ControlPlaneDatabaseSlow',
    series: [
      ['database_commit_seconds_bucket', 'le="0.5",', '0x60'],
      ['database_commit_seconds_bucket', 'le="1",', '0+1x60'],
      ['database_commit_seconds_bucket', 'le="+Inf",', '0+1x60'],
    ],
    after: 31,
    says: 'One commit in a hundred takes 995ms or more: every request waits for it.',
  },
  {
    alert: 'ControlPlaneDatabaseCrowded',
    series: [['database_waiting', 'pool="transactions",', '3x30']],
    after: 16,
    labels: { ...ofTarget, pool: 'transactions' },
    says: 'For 15m there were always requests that waited for a connection (transactions).',
  },
  {
    alert: 'ControlPlaneLogInsRefused',
    series: [
      ['log_ins_total', 'way="key",result="refused",', '0+10x60'],
      ['log_ins_total', 'way="key",result="slowed",', '0+10x60'],
    ],
    after: 30,
    labels: { way: 'key' },
    says: '300 log-ins (key) were refused within 15m.',
  },
  {
    alert: 'ControlPlaneBrokerDisconnected',
    series: [['outside_broker_connected', '', '0x20']],
    after: 6,
    says: 'No replica is connected to the MQTT broker: controllers that speak MQTT hear of no run.',
  },
  {
    alert: 'ControlPlaneUploadsRefused',
    series: [['blob_uploads_accepted', '', '0x20']],
    after: 6,
    says: 'There is no room for sources and workspaces, or their storage cannot be used: runs that upload fail.',
  },
  {
    alert: 'ControlPlaneVolumeFills',
    series: [['data_free_bytes', '', '1000000-2000x200']],
    after: 120,
    labels: ofTarget,
    says: 'At the pace of the last six hours the volume of the data folder is full within a day.',
  },
  {
    alert: 'ControlPlaneCertificateEnds',
    series: [['certificate_expiration_timestamp_seconds', 'certificate="server",', '864000x100']],
    after: 62,
    labels: { certificate: 'server' },
    says: 'The certificate server ends in 9d 22h 58m 0s.',
  },
  {
    alert: 'ControlPlaneCertificateEnds',
    series: [['certificate_expiration_timestamp_seconds', 'certificate="pool_authority",', '8640000x100']],
    after: 60,
    labels: { certificate: 'pool_authority' },
    says: 'The certificate pool_authority ends in 99d 23h 0m 0s.',
  },
  {
    alert: 'ControlPlaneEventLoopHeld',
    series: [['nodejs_eventloop_lag_p99_seconds', '', '0.3x30']],
    after: 16,
    says: 'Its event loop is held for 300ms at a time: every answer is late by that.',
  },
];

/** A control plane that is well. */
const WELL: Case['series'] = [
  ['build_info', 'version="1",', '1x200'],
  ['ready', 'check="database",', '1x200'],
  ['ready', 'check="running",', '0x200'],
  ['oldest_waiting_run_seconds', '', '60x200'],
  ['assignment_view_seconds_bucket', 'le="0.1",', '0+1x200'],
  ['assignment_view_seconds_bucket', 'le="+Inf",', '0+1x200'],
  ['sessions', 'state="silent",', '0x200'],
  ['leases_ending', 'holder="run",', '0x200'],
  ['leases_ending', 'holder="session",', '1x200'],
  ['database_transactions_total', 'result="failed",', '7x200'],
  ['database_transactions_total', 'result="refused",', '0+5x200'],
  ['database_commit_seconds_bucket', 'le="0.1",', '0+1x200'],
  ['log_ins_total', 'way="key",result="ok",', '0+100x200'],
  ['log_ins_total', 'way="key",result="refused",', '0+10x200'],
  ['log_ins_total', 'way="mqtt",result="refused",', '0+10x200'],
  ['database_commit_seconds_bucket', 'le="+Inf",', '0+1x200'],
  ['database_waiting', 'pool="reads",', '0 5 0 5 0x200'],
  ['outside_broker_connected', '', '1x200'],
  ['blob_uploads_accepted', '', '1x200'],
  ['data_free_bytes', '', '100000000x200'],
  ['certificate_expiration_timestamp_seconds', 'certificate="server",', '1728000x200'],
  ['certificate_expiration_timestamp_seconds', 'certificate="pool_authority",', '63072000x200'],
  ['nodejs_eventloop_lag_p99_seconds', '', '0.02x200'],
];

const inputs = (series: Case['series'], target = TARGET) =>
  series.map(([name, labels, values]) => ({
    series: `${name.startsWith('nodejs_') ? name : `${PREFIX}${name}`}{${labels}${target}}`,
    values,
  }));

describe('the alerts', () => {
  async function expectRules(tests: readonly object[]): Promise<void> {
    const path = join(folder, 'tests.yaml');
    const all = { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests };
    writeFileSync(path, stringify(all));
    const { exitCode, said } = await promtool(['test', 'rules', path]);
    expect({ exitCode, said: exitCode === 0 ? '' : said }).toEqual({ exitCode: 0, said: '' });
  }

  test('are each tried', () => {
    expect([...new Set(CASES.map(({ alert }) => alert))]).toEqual(rules().map(({ alert }) => alert));
  });

  test.each(CASES)(
    '$alert fires where it should, and says what it means',
    async ({ alert, after, labels, ...rest }) => {
      const rule = rules().find((each) => each.alert === alert)!;
      const fired = {
        exp_labels: { ...rule.labels, ...labels },
        exp_annotations: { ...rule.annotations, description: rest.says },
      };
      const alertRuleTest = [{ alertname: alert, eval_time: `${after}m`, exp_alerts: [fired] }];
      await expectRules([{ interval: '1m', input_series: inputs(rest.series), alert_rule_test: alertRuleTest }]);
    },
  );

  test('are silent while all is well, whatever another control plane does', async () => {
    const others = CASES.flatMap(({ series }) => inputs(series, TARGET.replace('pools', 'others')));
    const times = [6, 31, 120].flatMap((after) =>
      rules().map(({ alert }) => ({ alertname: alert, eval_time: `${after}m`, exp_alerts: [] })),
    );
    const unique = [...new Map(others.map((each) => [each.series, each])).values()];
    await expectRules([{ interval: '1m', input_series: [...inputs(WELL), ...unique], alert_rule_test: times }]);
  });
});
