/** The chart as its users get it: one file. */
import { describe } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { generatedChart, NO_CRDS } from '../../../charting/support/helm';
import { describePacked } from '../../../charting/support/packed';

const chart = generatedChart();

describe('the packed chart', () => {
  const inside = [
    'charts/crds/Chart.yaml',
    // What those take who have nothing but the chart.
    'dashboards/worker-pools.json',
    'alerts/worker-pools.yaml',
    ...['charts/crds/', 'charts/spacelift-promex/'].map((place) => `${place}LICENSE`),
  ];
  describePacked(chart, `charts/${operatorChart.name}`, inside, NO_CRDS);
});
