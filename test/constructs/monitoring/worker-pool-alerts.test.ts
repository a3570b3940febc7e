import { describe, expect, it } from '@jest/globals';
import { Duration } from 'cdk8s';
import { readFileSync } from 'node:fs';
import { WorkerPoolAlerts, WorkerPoolAlert, type WorkerPoolAlertsProps } from '../../../src';
import { only, synthesized } from '../support';
import { faults } from './promql';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Record<string, string>;
  readonly annotations: { summary: string; description: string; runbook_url: string };
}

const object = (props?: WorkerPoolAlertsProps) =>
  only(
    synthesized((chart) => new WorkerPoolAlerts(chart, 'alerts', props)),
    'PrometheusRule',
  );
const rules = (props?: WorkerPoolAlertsProps): Rule[] => {
  const { groups } = object(props).spec as unknown as { groups: { name: string; rules: Rule[] }[] };
  expect(groups.map(({ name }) => name)).toEqual(['worker-pools']);
  return groups[0]?.rules ?? [];
};
const rule = (alert: WorkerPoolAlert, props?: WorkerPoolAlertsProps): Rule => {
  const found = rules(props).find((each) => each.alert === String(alert));
  if (!found) throw new Error(`no alert ${alert}`);
  return found;
};

const RUNBOOKS = readFileSync('docs/operations/alerts.md', 'utf8');
const { repository } = JSON.parse(readFileSync('package.json', 'utf8')) as { repository: { url: string } };

describe('WorkerPoolAlerts', () => {
  it('is an object of the Prometheus operator, with the labels by which that finds it', () => {
    const { apiVersion, metadata } = object({ metadata: { name: 'pools', labels: { release: 'prometheus' } } });
    expect(apiVersion).toBe('monitoring.coreos.com/v1');
    expect(metadata).toEqual({ name: 'pools', namespace: 'tools', labels: { release: 'prometheus' } });
  });

  it('has every alert once', () => {
    expect(rules().map(({ alert }) => alert)).toEqual(Object.values<string>(WorkerPoolAlert));
  });

  it.each(rules().map((each) => [each.alert, each] as const))(
    '%s asks for what is served, and tells a person what it means and where to read on',
    (alert, { expr, labels, annotations }) => {
      expect(faults(expr)).toEqual([]);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(annotations.description).toMatch(/^[A-Z{].+\.$/);
      const [page, section] = annotations.runbook_url.split('#');
      expect(page).toBe(`${repository.url.replace(/\.git$/, '')}/blob/main/docs/operations/alerts.md`);
      expect(RUNBOOKS.toLowerCase()).toContain(`\n## ${section}\n`);
      expect(RUNBOOKS).toContain(`\n## ${alert}\n`);
    },
  );

  it('has a section for no alert that does not exist', () => {
    const sections = [...RUNBOOKS.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(Object.values<string>(WorkerPoolAlert));
  });

  it.each<[WorkerPoolAlert, string, WorkerPoolAlertsProps, string]>([
    [WorkerPoolAlert.RUNS_WAIT, '900s', { runsWaitFor: Duration.minutes(1) }, '60s'],
    [WorkerPoolAlert.NO_WORKERS, '300s', { noWorkersFor: Duration.minutes(2) }, '120s'],
    [WorkerPoolAlert.RUNS_STUCK, '600s', { runsStuckFor: Duration.minutes(2) }, '120s'],
    [WorkerPoolAlert.CONTROLLER_SILENT, '600s', { controllerSilentFor: Duration.minutes(2) }, '120s'],
    [WorkerPoolAlert.NO_LEADER, '300s', { noLeaderFor: Duration.minutes(2) }, '120s'],
    [WorkerPoolAlert.ALL_DRAINED, '1800s', { drainedFor: Duration.hours(2) }, '7200s'],
    [WorkerPoolAlert.SLOW_RUN_STARTUP, '900s', { slowRunStartupFor: Duration.seconds(90) }, '90s'],
    [WorkerPoolAlert.EXPORTER_SILENT, '600s', { exporterSilentFor: Duration.minutes(30) }, '1800s'],
  ])('%s waits %s, or as long as it is told', (alert, byDefault, props, told) => {
    expect([rule(alert).for, rule(alert, props).for]).toEqual([byDefault, told]);
  });

  it('fires where no controller runs, and where none leads', () => {
    expect(rule(WorkerPoolAlert.CONTROLLER_SILENT).expr).toBe(
      'absent(spacelift_workerpool_controller_worker_creation_errors_total)',
    );
    expect(rule(WorkerPoolAlert.NO_LEADER).expr).toBe(
      'sum by (name) (leader_election_master_status and on (instance) spacelift_workerpool_controller_worker_creation_errors_total) == 0',
    );
  });

  it('counts as errors and as slow what it is told', () => {
    expect(rule(WorkerPoolAlert.WORKER_CREATION_ERRORS).expr).toMatch(/ > 0$/);
    expect(rule(WorkerPoolAlert.WORKER_CREATION_ERRORS, { workerCreationErrors: 3 }).expr).toMatch(/ > 3$/);
    expect(rule(WorkerPoolAlert.SLOW_RUN_STARTUP).expr).toMatch(/ > 120$/);
    expect(rule(WorkerPoolAlert.SLOW_RUN_STARTUP, { slowRunStartup: Duration.seconds(45) }).expr).toMatch(/ > 45$/);
  });

  it('takes severities, more labels and the place of the runbooks', () => {
    const props = {
      criticalSeverity: 'page',
      warningSeverity: 'ticket',
      alertLabels: { team: 'a' },
      runbookUrl: 'https://wiki.example.com/pools',
    };
    expect(rule(WorkerPoolAlert.NO_WORKERS, props).labels).toEqual({ severity: 'page', team: 'a' });
    expect(rule(WorkerPoolAlert.RUNS_WAIT, props).labels).toEqual({ severity: 'ticket', team: 'a' });
    expect(rule(WorkerPoolAlert.RUNS_WAIT, props).annotations.runbook_url).toBe(
      'https://wiki.example.com/pools#workerpoolrunswait',
    );
  });

  it('leaves out what nobody wants', () => {
    const left = rules({ without: [WorkerPoolAlert.ALL_DRAINED, WorkerPoolAlert.EXPORTER_SILENT] });
    expect(left.map(({ alert }) => alert)).toEqual([
      'WorkerPoolRunsWait',
      'WorkerPoolHasNoWorkers',
      'WorkerPoolRunsStuck',
      'WorkerCreationFails',
      'RunStartupSlow',
      'WorkerPoolControllerSilent',
      'WorkerPoolControllerLeaderless',
    ]);
  });

  it.each<[string, WorkerPoolAlertsProps, string]>([
    ['a part of an error', { workerCreationErrors: 0.5 }, 'workerCreationErrors is 0.5; it must be a whole number'],
    ['a startup of no time', { slowRunStartup: Duration.seconds(0) }, 'slowRunStartup is "0 s"; it must be more than'],
    ['a startup that cannot be told from longer ones', { slowRunStartup: Duration.minutes(5) }, 'less than 300 s'],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => object(props)).toThrow(sentence);
  });
});
