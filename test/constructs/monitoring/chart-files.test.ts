import { expect, it } from '@jest/globals';
import { monitoringFiles } from '../../../src/constructs/monitoring/chart-files';

const text = monitoringFiles().get('dashboards/worker-pools.json') ?? '';
const dashboard = JSON.parse(text) as {
  __inputs: object[];
  __requires: { type: string; id: string }[];
  panels: { type: string }[];
};

it('the dashboard of the chart can be imported as it is: it says what it needs, and asks for its data source itself', () => {
  expect(dashboard.__inputs).toEqual([]);
  const sources = new Set(text.match(/(?<="uid": ")[^"]+/g));
  expect([...sources].sort()).toEqual(['${datasource}', 'worker-pools']);
  const needed = new Set(dashboard.panels.map(({ type }) => type).filter((type) => type !== 'row'));
  expect(dashboard.__requires.flatMap(({ type, id }) => (type === 'panel' ? [id] : []))).toEqual([...needed].sort());
});
