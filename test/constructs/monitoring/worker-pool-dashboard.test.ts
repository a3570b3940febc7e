import { describe, expect, it } from '@jest/globals';
import { WorkerPoolDashboard } from '../../../src';
import { describeThePanels, itIsADashboard, jsonOf, queriesOf, type MakeDashboard } from './dashboard-cases';
import { faults, seriesIn } from './promql';

const make: MakeDashboard = (chart, props) => new WorkerPoolDashboard(chart, 'dashboard', props);
const dashboard = jsonOf(make);
const { panels, templating } = dashboard;

describe('WorkerPoolDashboard', () => {
  itIsADashboard(make, 'worker-pools');
  describeThePanels(dashboard, [['pool', 'query']]);

  it('follows the chosen pools wherever a metric tells pools apart', () => {
    const series = queriesOf(dashboard).flatMap(({ expr }) => seriesIn(expr));
    for (const label of ['worker_pool_id', 'pool_ulid']) {
      const ofPools = series.filter(({ labels }) => labels.includes(label));
      expect(new Set(ofPools.map(({ matchers }) => matchers.join()))).toEqual(new Set([`${label}=~"$pool"`]));
    }
  });

  it('names the columns of the table by what they count', () => {
    const table = panels.find(({ type }) => type === 'table');
    const organize = table?.transformations?.find(({ id }) => id === 'organize');
    expect(Object.values(organize?.options.renameByName ?? {})).toEqual([
      'Pool',
      'ULID',
      'Runs that wait',
      'Workers',
      'Busy',
      'Drained',
      'Free',
    ]);
  });

  it('lets pools be chosen by name and passes their ULIDs on', () => {
    const variable = templating.list.find(({ name }) => name === 'pool');
    const regex = new RegExp((variable?.regex ?? '').replace(/^\/|\/$/g, ''));
    const answer = '{worker_pool_id="01HPS9HDSWCQ73RPDTVAK0KK0A", worker_pool_name="blue \\"a\\""} 3 1700000000000';
    expect(regex.exec(answer)?.groups).toMatchObject({ value: '01HPS9HDSWCQ73RPDTVAK0KK0A', text: 'blue \\' });
    const [, query = ''] = /^query_result\((.+)\)$/.exec((variable?.query as { query: string }).query) ?? [];
    expect(faults(query)).toEqual([]);
  });
});
