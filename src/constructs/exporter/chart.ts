import { EXPORTER_NAME, EXPORTER_TAG } from './defaults';
import { addExporterManifests } from './manifests';
import { concat, orElse } from '../../charting/deferred';
import { VERSION } from '../shared/version';
import type { HelmChart } from '../../charting/chart';
import { condition, group } from '../../charting/values';
import { exporterValues } from './values';
import { globalValues, imageReference } from '../shared/global-values';

const values = group(exporterValues.description, {
  enabled: condition(false, 'Read by the parent chart: whether this chart is rendered at all.'),
  // Not among the values that the parent repeats: Helm hands its own down.
  global: globalValues,
  ...exporterValues.members,
});

/** The exporter's chart; a subchart of the operator's. */
export const exporterChart: HelmChart<typeof values.members> = {
  name: EXPORTER_NAME,
  version: VERSION,
  appVersion: EXPORTER_TAG,
  description: 'Metrics of worker pools and usage from the control plane, for Prometheus.',
  values,
  build: (scope, given, context) =>
    addExporterManifests(scope, {
      ...given,
      name: context.fullName,
      namespace: context.namespace,
      labels: context.labels,
      selectorLabels: context.selectorLabels,
      deploymentLabels: given.labels,
      image: imageReference(given.image, given.global),
      imagePullPolicy: given.image.pullPolicy,
      nodeName: '',
      imagePullSecrets: concat(given.global.imagePullSecrets, given.imagePullSecrets),
      service: { ...given.service, name: context.serviceName('') },
      serviceMonitor: {
        ...given.serviceMonitor,
        namespace: orElse(given.serviceMonitor.namespace, context.namespace),
      },
    }),
};
