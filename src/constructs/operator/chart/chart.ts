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
import { CONTROL_PLANE, OPERATOR_NAME } from '../defaults';
import { addOperatorManifests } from '../manifests';
import { LABEL_LIMIT } from '../../../charting/kubernetes-names';
import { and, concat, cut, merge, not, orElse, text, when } from '../../../charting/deferred';
import type { OperatorSettings } from '../settings';
import { VERSION } from '../../shared/version';
import type { HelmChart, ReleaseContext } from '../../../charting/chart';
import type { ValuesOf } from '../../../charting/values';
import { crdsChart } from '../../crds/chart';
import { exporterChart } from '../../exporter/chart';
import { monitoringFiles } from '../../monitoring/chart-files';
import { OPERATOR_GUIDE } from './guide';
import { OPERATOR_NOTES } from './notes';
import { operatorValues } from '../values';
import { addReleaseTest } from './release-test';
import { imageReference } from '../../shared/global-values';
import { addReleaseObjects } from './worker-pools';

type OperatorValues = ValuesOf<typeof operatorValues.members>;

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
    const settings = operatorSettings(values, context);
    addOperatorManifests(scope, settings);
    addReleaseTest(scope, values.tests.enabled, settings);
    addReleaseObjects(scope, values, {
      ...settings,
      releaseName: context.releaseName,
      served: settings.namespaces,
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

function operatorSettings(values: OperatorValues, context: ReleaseContext): OperatorSettings {
  const { controllerManager, metricsService } = values;
  const { manager, serviceAccount } = controllerManager;
  const { pullPolicy, ...image } = manager.image;
  const ownAccount = cut(text(context.fullName, '-controller-manager'), LABEL_LIMIT);
  return {
    name: context.fullName,
    namespace: context.namespace,
    labels: merge(context.labels, values.commonLabels),
    annotations: values.commonAnnotations,
    selectorLabels: { ...context.selectorLabels, ...CONTROL_PLANE },
    namespaces: controllerManager.namespaces,
    deployment: {
      ...controllerManager,
      podLabels: manager.extraPodLabels,
      imagePullSecrets: concat(values.global.imagePullSecrets, controllerManager.imagePullSecrets),
    },
    manager: {
      ...manager,
      image: imageReference({ ...image, tag: orElse(image.tag, context.appVersion) }, values.global),
      imagePullPolicy: pullPolicy,
      enforceFips140: controllerManager.enforceFips140,
      kubernetesClusterDomain: values.kubernetesClusterDomain,
      leaderElection: controllerManager.leaderElection,
      logging: controllerManager.logging,
    },
    serviceAccount: {
      ...serviceAccount,
      name: orElse(serviceAccount.name, when(serviceAccount.create, ownAccount, 'default') ?? ownAccount),
    },
    rbac: controllerManager.rbac,
    metrics: {
      ...metricsService,
      name: context.serviceName('-metrics-service'),
      serviceMonitor: {
        ...metricsService.serviceMonitor,
        namespace: orElse(metricsService.serviceMonitor.namespace, context.namespace),
      },
    },
    networkPolicy: controllerManager.networkPolicy,
    runDisruptionBudget: values.pdb,
    controllerDisruptionBudget: controllerManager.pdb,
  };
}
