import { describe, expect, it } from '@jest/globals';
import { ControlPlaneDashboard } from '../../../src';
import { METRIC_GROUPS, type MetricDescription } from '../../../src/api';
import { describeThePanels, itIsADashboard, jsonOf, queriesOf, type MakeDashboard } from './dashboard-cases';
import { metricsIn, seriesIn } from './promql';

const make: MakeDashboard = (chart, props) => new ControlPlaneDashboard(chart, 'dashboard', props);
const dashboard = jsonOf(make);
const queries = queriesOf(dashboard).map(({ expr }) => expr);
const own = new Set(
  [METRIC_GROUPS.controlPlane, METRIC_GROUPS.process].flatMap((group) =>
    Object.values<MetricDescription>(group).map(({ name }) => name),
  ),
);

describe('ControlPlaneDashboard', () => {
  itIsADashboard(make, 'worker-pools-control-plane');
  describeThePanels(dashboard, [
    ['namespace', 'query'],
    ['job', 'query'],
  ]);

  it('shows every metric of a control plane', () => {
    const asked = new Set(queries.flatMap(metricsIn));
    expect([...own].filter((name) => !asked.has(name))).toEqual([]);
  });

  it('shows one control plane, wherever a metric is of one', () => {
    const chosen = queries
      .filter((query) => metricsIn(query).some((name) => own.has(name)))
      .flatMap(seriesIn)
      .map(({ matchers }) => matchers.slice(-2).join());
    expect(new Set(chosen)).toEqual(new Set(['namespace=~"$namespace",job=~"$job"']));
  });

  it('lets a control plane be chosen by what Prometheus calls it', () => {
    const asked = dashboard.templating.list.filter(({ type }) => type === 'query').map(({ query }) => query);
    const name = METRIC_GROUPS.controlPlane.buildInfo.name;
    expect(asked).toMatchObject([
      { query: `label_values(${name}, namespace)` },
      { query: `label_values(${name}{namespace=~"$namespace"}, job)` },
    ]);
  });
});
