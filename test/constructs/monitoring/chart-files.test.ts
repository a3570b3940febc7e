import { describe, expect, it } from '@jest/globals';
import { controlPlaneMonitoringFiles, workerPoolMonitoringFiles } from '../../../src/constructs/monitoring/chart-files';

interface Dashboard {
  readonly __inputs: object[];
  readonly __requires: { type: string; id: string }[];
  readonly panels: { type: string }[];
}

describe('the dashboard of a chart', () => {
  it.each([
    ['dashboards/worker-pools.json', 'worker-pools', workerPoolMonitoringFiles],
    ['dashboards/control-plane.json', 'worker-pools-control-plane', controlPlaneMonitoringFiles],
  ])('%s can be imported as it is: it says what it needs, and asks for its data source itself', (path, uid, files) => {
    const text = files().get(path) ?? '';
    const dashboard = JSON.parse(text) as Dashboard;
    expect(dashboard.__inputs).toEqual([]);
    const sources = new Set(text.match(/(?<="uid": ")[^"]+/g));
    expect([...sources].sort()).toEqual(['${datasource}', uid]);
    const needed = new Set(dashboard.panels.map(({ type }) => type).filter((type) => type !== 'row'));
    expect(dashboard.__requires.flatMap(({ type, id }) => (type === 'panel' ? [id] : []))).toEqual([...needed].sort());
  });
});
