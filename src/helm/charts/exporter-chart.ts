import { EXPORTER_NAME } from '../../constructs/exporter/defaults';
import { addExporterManifests } from '../../constructs/exporter/manifests';
import { VERSION } from '../../constructs/version';
import { isSet, text, when } from '../../constructs/template/deferred';
import type { HelmChart } from '../chart';
import { exporterValues } from './exporter-values';
import { flag, group } from '../values';

const values = group(exporterValues.description, {
  enabled: flag(false, 'Read by the parent chart: whether this chart is rendered at all.'),
  ...exporterValues.members,
});

/** The exporter's chart; a subchart of the operator's. */
export const exporterChart: HelmChart<typeof values.members> = {
  name: EXPORTER_NAME,
  version: VERSION,
  appVersion: VERSION,
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
      image: when(
        isSet(given.image.digest),
        text(given.image.repository, '@', given.image.digest as string),
        text(given.image.repository, ':', given.image.tag),
      ) as string,
      imagePullPolicy: given.image.pullPolicy,
    }),
};
