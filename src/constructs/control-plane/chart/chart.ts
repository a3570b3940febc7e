import type { HelmChart } from '../../../charting/chart';
import { controlPlaneMonitoringFiles } from '../../monitoring/chart-files';
import { VERSION } from '../../shared/version';
import { CONTROL_PLANE_NAME } from '../constants';
import { addControlPlaneManifests } from '../manifests';
import { controlPlaneValues } from '../values';
import { CONTROL_PLANE_CATALOGUE } from './catalogue';
import { CONTROL_PLANE_GUIDE } from './guide';
import { CONTROL_PLANE_NOTES } from './notes';
import { addReleaseTest } from './release-test';

/** The chart that installs the control plane. */
export const controlPlaneChart: HelmChart<typeof controlPlaneValues.members> = {
  name: CONTROL_PLANE_NAME,
  version: VERSION,
  appVersion: VERSION,
  description: 'The control plane of worker pools: pools, run queue, logs, GraphQL API and web page.',
  values: controlPlaneValues,
  notes: CONTROL_PLANE_NOTES,
  guide: CONTROL_PLANE_GUIDE,
  catalogue: CONTROL_PLANE_CATALOGUE,
  files: controlPlaneMonitoringFiles(),
  build: (scope, values, context) => {
    addControlPlaneManifests(scope, values, context);
    addReleaseTest(scope, values, context);
  },
};
