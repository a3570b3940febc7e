import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { pullSecrets } from '../../shared/image-pull-secrets';
import { ifAny, ifSet, merge, text, type Deferred } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { CONTROL_PLANE } from '../defaults';
import { managerContainer } from './manager-container';
import { deploymentRefusals } from './refusals';
import type { OperatorSettings } from '../settings';

/** The controller's Deployment and its ServiceAccount. */
export function addDeployment(scope: Construct, settings: OperatorSettings): void {
  const { deployment, serviceAccount, putOff = (make) => make() } = settings;
  addManifest<k8s.KubeServiceAccountProps>(
    scope,
    'serviceaccount',
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: serviceAccount.name,
        namespace: settings.namespace,
        labels: merge(settings.labels, serviceAccount.labels),
        annotations: ifAny(merge(serviceAccount.annotations, settings.annotations)),
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
        name: text(settings.name, '-controller-manager'),
        namespace: settings.namespace,
        labels: merge(CONTROL_PLANE, settings.labels, deployment.extraLabels),
        annotations: ifAny(merge(deployment.annotations, settings.annotations)),
      },
      spec: {
        replicas: ifSet(deployment.replicas),
        revisionHistoryLimit: ifSet(deployment.revisionHistoryLimit),
        strategy: ifAny(deployment.strategy) as Deferred | undefined,
        selector: { matchLabels: settings.selectorLabels },
        template: {
          metadata: {
            // Whatever else the Pods are called, the Deployment finds them.
            labels: merge(settings.selectorLabels, deployment.podLabels),
            annotations: merge({ 'kubectl.kubernetes.io/default-container': 'manager' }, deployment.podAnnotations),
          },
          spec: putOff(() => podSpec(settings)),
        },
      },
    },
    { refusals: deploymentRefusals(settings) },
  );
}

function podSpec(settings: OperatorSettings) {
  const { deployment } = settings;
  return {
    serviceAccountName: settings.serviceAccount.name,
    enableServiceLinks: false,
    securityContext: ifAny(deployment.podSecurityContext) as Deferred | undefined,
    terminationGracePeriodSeconds: deployment.terminationGracePeriodSeconds,
    priorityClassName: ifSet(deployment.priorityClassName),
    imagePullSecrets: pullSecrets(deployment.imagePullSecrets),
    nodeName: deployment.nodeName,
    nodeSelector: ifAny(deployment.nodeSelector),
    tolerations: ifAny(deployment.tolerations),
    topologySpreadConstraints: ifAny(deployment.topologySpreadConstraints),
    affinity: ifAny(deployment.affinity),
    containers: [managerContainer(settings)],
    // cdk8s names some volume fields otherwise than the manifest does (volumeId, volumeID).
    volumes: ifAny(deployment.extraVolumes) as Deferred | undefined,
  };
}
