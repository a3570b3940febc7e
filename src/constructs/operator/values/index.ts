import {
  condition,
  flag,
  group,
  optionalFlag,
  optionalIntOrPercent,
  string,
  stringMap,
} from '../../../charting/values';
import { exporterValues } from '../../exporter/values';
import { controllerManagerValues } from './controller-manager';
import { metricsServiceValues } from './metrics-service';
import { releaseTestValues } from './release-test';
import { globalValues, LABEL_VALUE, OPTIONAL_NAME } from '../../shared/global-values';
import { releaseObjectValues } from './worker-pools';

/** Values of the operator's chart; names, meaning and defaults of the official chart, and why where one differs. */
export const operatorValues = group(
  "Values of the worker-pool operator. The official chart's names are all here with their meaning, so that its values files work; the others are this chart's own.",
  {
    enabled: optionalFlag(
      'For a chart that has this one among its dependencies, as their condition. Read by Helm alone.',
    ),
    global: globalValues,
    nameOverride: string('', "Replaces the chart's name in object names and labels.", { pattern: LABEL_VALUE }),
    fullnameOverride: string('', 'Replaces what every object name begins with.', { pattern: OPTIONAL_NAME }),
    commonLabels: stringMap({}, 'More labels of every object. The labels that it has anyway win.'),
    commonAnnotations: stringMap({}, 'Annotations of every object. Those of a single object win.'),
    crds: group('The CustomResourceDefinitions.', {
      install: condition(true, 'Whether to install and upgrade the CRDs of WorkerPool and Worker.'),
      keep: flag(
        true,
        'Whether Helm leaves the CRDs where they are when the release goes or crds.install becomes false. The official chart lets them go, and every WorkerPool and run with them; false brings that back.',
      ),
      annotations: stringMap({}, 'More annotations of the CRDs.'),
    }),
    controllerManager: controllerManagerValues,
    kubernetesClusterDomain: string('cluster.local', 'DNS domain of the cluster.'),
    metricsService: metricsServiceValues,
    pdb: group(
      "Keeps run Pods from being evicted until their runs are over, as when nodes are drained. The controller keeps a PodDisruptionBudget in each namespace that has any. With one of the numbers below, or with controllerManager.rbac.rules official, the chart makes it instead: one in each of controllerManager.namespaces, else one in the release's namespace.",
      {
        enabled: flag(false, 'Whether run Pods are kept.'),
        minAvailable: optionalIntOrPercent(
          'Run Pods that must stay, as a number. Unset, and without maxUnavailable, every one: the highest number, because Kubernetes cannot compute percentages (nor maxUnavailable) of Pods whose owner has no scale subresource, and reports the official default "100%" as failed at every sync; "100%" brings that back.',
        ),
        maxUnavailable: optionalIntOrPercent(
          'Run Pods that may be evicted at once. Not together with minAvailable. Kubernetes cannot compute it for run Pods, and then lets none go.',
        ),
      },
    ),
    ...releaseObjectValues,
    tests: releaseTestValues,
    'spacelift-promex': group('The exporter of control-plane metrics for Prometheus.', {
      enabled: condition(false, 'Whether to install the exporter.'),
      ...exporterValues.members,
    }),
  },
);
