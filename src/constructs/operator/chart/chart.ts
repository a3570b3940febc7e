import { stringify } from 'yaml';
import {
  API_VERSION,
  GROUP,
  VERSION as CRD_VERSION,
  WORKER_KIND,
  WORKER_POOL,
  WORKER_POOL_KIND,
  type Kind,
} from '../../../api';
import { OPERATOR_NAME } from '../constants';
import { addOperatorManifests } from '../manifests';
import { and, not } from '../../../charting/deferred';
import { objectLabels } from '../names';
import { VERSION } from '../../shared/version';
import type { HelmChart } from '../../../charting/chart';
import { crdsChart } from '../../crds/chart';
import { exporterChart } from '../../exporter/chart';
import { monitoringFiles } from '../../monitoring/chart-files';
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
  keywords: ['worker-pools', 'opentofu', 'terraform', 'infrastructure-as-code', 'operator', 'spacelift'],
  annotations: {
    'artifacthub.io/license': 'Apache-2.0',
    'artifacthub.io/category': 'integration-delivery',
    'artifacthub.io/operator': 'true',
    'artifacthub.io/crds': stringify([WORKER_POOL_KIND, WORKER_KIND].map(catalogueEntry)),
  },
  files: monitoringFiles(),
  subcharts: [
    { chart: crdsChart, condition: 'install' },
    { chart: exporterChart, condition: 'enabled' },
  ],
  build: (scope, values, context) => {
    addOperatorManifests(scope, values, context);
    addReleaseTest(scope, values, context);
    addReleaseObjects(scope, values, {
      releaseName: context.releaseName,
      namespace: context.namespace,
      labels: objectLabels(values, context),
      annotations: values.commonAnnotations,
      served: values.controllerManager.namespaces,
      definitionIsNew: and(
        context.isInstall,
        values.crds.install,
        not(context.serves(`${API_VERSION}/${WORKER_POOL.kind}`)),
        context.hasCluster,
      ),
    });
  },
};

function catalogueEntry({ kind, plural, description }: Kind) {
  return { kind, version: CRD_VERSION, name: `${plural}.${GROUP}`, displayName: kind, description };
}
