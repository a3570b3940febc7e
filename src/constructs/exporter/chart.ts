import type { HelmChart } from '../../charting/chart';
import { CHART_ORIGIN } from '../shared/repository';
import { VERSION } from '../shared/version';
import { addExporterManifests } from './manifests';
import { EXPORTER_NAME, EXPORTER_TAG, exporterChartValues } from './values';

/** The exporter's chart; a subchart of the operator's. */
export const exporterChart: HelmChart<typeof exporterChartValues.members> = {
  name: EXPORTER_NAME,
  version: VERSION,
  appVersion: EXPORTER_TAG,
  description: 'Metrics of worker pools and usage from the control plane, for Prometheus.',
  values: exporterChartValues,
  catalogue: CHART_ORIGIN,
  build: addExporterManifests,
};
