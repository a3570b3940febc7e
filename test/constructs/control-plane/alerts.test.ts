import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { WorkerPoolControlPlane, type WorkerPoolControlPlaneProps } from '../../../src';
import { faults } from '../monitoring/promql';
import { only, synthesized } from '../support';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

const object = (prometheusRule: WorkerPoolControlPlaneProps['prometheusRule'] = {}) =>
  only(
    synthesized((chart) => new WorkerPoolControlPlane(chart, 'control-plane', { name: 'cp', prometheusRule })),
    'PrometheusRule',
  );
const rules = (given?: WorkerPoolControlPlaneProps['prometheusRule']): Rule[] =>
  (object(given).spec as unknown as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

const RUNBOOKS = readFileSync('docs/operations/control-plane-alerts.md', 'utf8');

describe('the alerts on a control plane', () => {
  it.each(rules().map((each) => [each.alert, each] as const))(
    '%s asks for what is served by this control plane, and tells a person what it means and where to read on',
    (alert, { expr, labels, annotations }) => {
      expect(faults(expr)).toEqual([]);
      expect(expr.match(/namespace="tools",job="cp-metrics"/g)).toHaveLength(expr.match(/\{/g)!.length);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(annotations.description).toMatch(/^[A-Z{].+\.$/);
      expect(annotations.runbook_url).toMatch(
        new RegExp(`/docs/operations/control-plane-alerts.md#${alert.toLowerCase()}$`),
      );
      expect(RUNBOOKS).toContain(`\n## ${alert}\n`);
    },
  );

  it('have a section each, and no other has one', () => {
    const sections = [...RUNBOOKS.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(rules().map(({ alert }) => alert));
  });

  it('are found by a Prometheus by labels, and sent on by labels of their own', () => {
    const { metadata } = object({ namespace: 'monitoring', labels: { release: 'prometheus' } });
    expect(metadata).toMatchObject({ name: 'cp', namespace: 'monitoring', labels: { release: 'prometheus' } });
    const [first] = rules({ alertLabels: { team: 'a', severity: 'page' } });
    expect(first?.labels).toEqual({ team: 'a', severity: 'page' });
  });
});
