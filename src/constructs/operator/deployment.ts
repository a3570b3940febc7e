import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { and, concat, type Deferred, each, ifAny, ifSet, merge, not, text, when } from '../template/deferred';
import { addManifest } from '../template/manifest';
import type { OperatorSettings } from './settings';

const HEALTH_PORT = 8081;
const METRICS_PORT = 8443;

/** The official chart has this label on what belongs to the controller itself. */
export const CONTROL_PLANE = { 'control-plane': 'controller-manager' };

/** The controller's Deployment and its ServiceAccount. */
export function addDeployment(scope: Construct, settings: OperatorSettings): void {
  const { deployment, serviceAccount } = settings;
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
        annotations: ifAny(serviceAccount.annotations),
      },
    },
    { when: serviceAccount.create },
  );
  addManifest<k8s.KubeDeploymentProps>(scope, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: text(settings.name, '-controller-manager'),
      namespace: settings.namespace,
      labels: merge(CONTROL_PLANE, settings.labels, deployment.extraLabels),
      annotations: ifAny(deployment.annotations),
    },
    spec: {
      replicas: deployment.replicas,
      selector: { matchLabels: settings.selectorLabels },
      template: {
        metadata: {
          labels: merge(settings.selectorLabels, deployment.podLabels),
          annotations: merge({ 'kubectl.kubernetes.io/default-container': 'manager' }, deployment.podAnnotations),
        },
        spec: podSpec(settings),
      },
    },
  });
}

function podSpec(settings: OperatorSettings) {
  const { deployment } = settings;
  return {
    serviceAccountName: settings.serviceAccount.name,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    terminationGracePeriodSeconds: deployment.terminationGracePeriodSeconds,
    priorityClassName: ifSet(deployment.priorityClassName),
    imagePullSecrets: ifAny(deployment.imagePullSecrets),
    nodeSelector: ifAny(deployment.nodeSelector),
    tolerations: ifAny(deployment.tolerations),
    topologySpreadConstraints: ifAny(deployment.topologySpreadConstraints),
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
                { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
              ],
            },
          ],
        },
      },
    },
    containers: [managerContainer(settings)],
    // cdk8s names some volume fields otherwise than the manifest does (volumeId, volumeID).
    volumes: ifAny(deployment.extraVolumes) as Deferred | undefined,
  };
}

function managerContainer(settings: OperatorSettings) {
  const { manager, metrics } = settings;
  return {
    name: 'manager',
    image: manager.image,
    // Said and not left to the image, so that Spacelift's own controller image starts as well as ours.
    command: ['/spacelift-workerpool-controller'],
    args: concat(
      manager.args,
      when(metrics.enabled, [`--metrics-bind-address=:${METRICS_PORT}`]),
      when(and(metrics.enabled, not(metrics.secure)), ['--metrics-secure=false']),
      when(and(metrics.enabled, metrics.enableHTTP2), ['--enable-http2']),
      each(settings.namespaces, (namespace) => text('--namespaces=', namespace)),
      ['--controller-namespace=$(CONTROLLER_NAMESPACE)'],
    ),
    env: concat(
      [
        { name: 'CONTROLLER_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        { name: 'KUBERNETES_CLUSTER_DOMAIN', value: manager.kubernetesClusterDomain },
      ],
      when(manager.enforceFips140, [{ name: 'GODEBUG', value: 'fips140=only' }]),
    ),
    ports: concat(
      [{ name: 'health', containerPort: HEALTH_PORT, protocol: 'TCP' }],
      when(metrics.enabled, [{ name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' }]),
    ),
    livenessProbe: { httpGet: { path: '/healthz', port: HEALTH_PORT }, initialDelaySeconds: 15, periodSeconds: 20 },
    readinessProbe: { httpGet: { path: '/readyz', port: HEALTH_PORT }, initialDelaySeconds: 5, periodSeconds: 10 },
    securityContext: ifAny(manager.containerSecurityContext),
    resources: ifAny(manager.resources),
    volumeMounts: ifAny(manager.extraVolumeMounts),
  };
}
