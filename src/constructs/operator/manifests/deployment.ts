import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { ifAny, ifSet, merge, type Deferred } from '../../../charting/deferred';
import { addManifest, type Template } from '../../../charting/manifest';
import type { AddToPod } from '../../shared/shadow-pod';
import { CONTROL_PLANE } from '../constants';
import { controllerPullSecrets, metadata, podSelector, serviceAccountName } from '../names';
import { objectLabels } from '../../shared/global-values';
import type { OperatorValues } from '../names';
import { managerContainer } from './manager-container';
import { deploymentRefusals } from './refusals';

/** The controller's Deployment and its ServiceAccount. */
export function addDeployment(
  scope: Construct,
  values: OperatorValues,
  context: ReleaseContext,
  addToPod: AddToPod<OperatorValues> = (unchanged) => unchanged,
): void {
  const { controllerManager, commonAnnotations } = values;
  const { serviceAccount } = controllerManager;
  addManifest<k8s.KubeServiceAccountProps>(
    scope,
    'serviceaccount',
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: serviceAccountName(values, context),
        namespace: context.namespace,
        labels: merge(objectLabels(values, context), serviceAccount.labels),
        annotations: ifAny(merge(serviceAccount.annotations, commonAnnotations)),
      },
    },
    { when: serviceAccount.create },
  );
  addManifest<k8s.KubeDeploymentProps>(
    scope,
    'deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        ...metadata(values, context, '-controller-manager'),
        labels: merge(CONTROL_PLANE, objectLabels(values, context), controllerManager.extraLabels),
        annotations: ifAny(merge(controllerManager.annotations, commonAnnotations)),
      },
      spec: {
        replicas: ifSet(controllerManager.replicas),
        revisionHistoryLimit: ifSet(controllerManager.revisionHistoryLimit),
        strategy: ifAny(controllerManager.strategy) as Deferred | undefined,
        selector: { matchLabels: podSelector(context) },
        template: {
          metadata: {
            // Whatever else the Pods are called, the Deployment finds them.
            labels: merge(podSelector(context), controllerManager.manager.extraPodLabels),
            annotations: merge(
              { 'kubectl.kubernetes.io/default-container': 'manager' },
              controllerManager.podAnnotations,
            ),
          },
          spec: Lazy.any({ produce: () => podSpec(addToPod(values), context) }) as Template<k8s.PodSpec>,
        },
      },
    },
    { refusals: deploymentRefusals(values, context) },
  );
}

function podSpec(values: ReturnType<AddToPod<OperatorValues>>, context: ReleaseContext) {
  const { controllerManager } = values;
  return {
    serviceAccountName: serviceAccountName(values, context),
    enableServiceLinks: false,
    securityContext: ifAny(controllerManager.podSecurityContext),
    terminationGracePeriodSeconds: controllerManager.terminationGracePeriodSeconds,
    priorityClassName: ifSet(controllerManager.priorityClassName),
    imagePullSecrets: controllerPullSecrets(values),
    nodeName: values.nodeName,
    nodeSelector: ifAny(controllerManager.nodeSelector),
    tolerations: ifAny(controllerManager.tolerations),
    topologySpreadConstraints: ifAny(controllerManager.topologySpreadConstraints),
    affinity: ifAny(controllerManager.affinity),
    hostAliases: ifAny(controllerManager.hostAliases),
    containers: [managerContainer(values, context)],
    volumes: ifAny(controllerManager.extraVolumes),
  };
}
