import { OPERATOR_NAME } from '../constants';
import { addOperatorManifests } from '../manifests';
import { VERSION } from '../../shared/version';
import type { HelmChart } from '../../../charting/chart';
import { crdsChart } from '../../crds/chart';
import { exporterChart } from '../../exporter/chart';
import { workerPoolMonitoringFiles } from '../../monitoring/chart-files';
import { OPERATOR_CATALOGUE } from './catalogue';
import { OPERATOR_GUIDE } from './guide';
import { OPERATOR_NOTES } from './notes';
import { operatorValues } from '../values';
import { addReleaseTest } from './release-test';
import { addReleaseObjects } from './worker-pools';

/** The chart that installs the operator: names and objects of the official one. */
export const operatorChart: HelmChart<typeof operatorValues.members> = {
  name: OPERATOR_NAME,
  version: VERSION,
  appVersion: VERSION,
  description: 'Worker pools on Kubernetes: the operator that runs Spacelift-style runs in Pods.',
  values: operatorValues,
  notes: OPERATOR_NOTES,
  guide: OPERATOR_GUIDE,
  catalogue: OPERATOR_CATALOGUE,
  files: workerPoolMonitoringFiles(),
  subcharts: [
    { chart: crdsChart, condition: 'install' },
    { chart: exporterChart, condition: 'enabled' },
  ],
  build: (scope, values, context) => {
    addOperatorManifests(scope, values, context);
    addReleaseTest(scope, values, context);
    addReleaseObjects(scope, values, context);
  },
};
