import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import {
  concat,
  ifAny,
  ifSet,
  isEmpty,
  matches,
  merge,
  not,
  when,
  type Deferred,
  type Later,
  type StringMap,
} from '../../../charting/deferred';
import { sha256 } from '../../../charting/document';
import { addManifest, type Template } from '../../../charting/manifest';
import type { AddToPod } from '../../shared/shadow-pod';
import { DATA_VOLUME } from '../constants';
import { isStateless, metadata, programPullSecrets, serviceAccountName, type ControlPlaneValues } from '../names';
import { configFile } from './config';
import { programContainer } from './container';
import { HEADLESS } from './services';

/** For the Pod's group alone, by which the program reads it. */
const SECRET_MODE = 0o440;

type VolumeList = Later<object[]>;

/** The control plane's Pods: of a StatefulSet with a volume, or of a Deployment where nothing is kept on one. */
export function addWorkload(
  scope: Construct,
  values: ControlPlaneValues,
  context: ReleaseContext,
  addToPod: AddToPod<ControlPlaneValues> = (unchanged) => unchanged,
): void {
  const { serviceAccount, replicas } = values;
  addManifest<k8s.KubeServiceAccountProps>(
    scope,
    'serviceaccount',
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...metadata(values, context, '', serviceAccount), name: serviceAccountName(values, context) },
      automountServiceAccountToken: false,
    },
    { when: serviceAccount.create },
  );
  const selector = { matchLabels: context.selectorLabels };
  const { existingClaim } = values.persistence;
  const template = (dataVolume?: VolumeList) => podTemplate(values, context, addToPod, dataVolume);
  addManifest<k8s.KubeStatefulSetProps>(
    scope,
    'statefulset',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: metadata(values, context),
      spec: {
        serviceName: metadata(values, context, HEADLESS).name,
        replicas: ifSet(replicas),
        selector,
        template: template(
          when<object[]>(not(isEmpty(existingClaim)), [
            { name: DATA_VOLUME, persistentVolumeClaim: { claimName: existingClaim } },
          ]),
        ),
        volumeClaimTemplates: when(isEmpty(existingClaim), [volumeClaim(values)]),
      },
    },
    { when: not(isStateless(values)) },
  );
  addManifest<k8s.KubeDeploymentProps>(
    scope,
    'deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(values, context),
      spec: { replicas: ifSet(replicas), selector, template: template([{ name: DATA_VOLUME, emptyDir: {} }]) },
    },
    { when: isStateless(values) },
  );
}

function podTemplate(
  values: ControlPlaneValues,
  context: ReleaseContext,
  addToPod: AddToPod<ControlPlaneValues>,
  dataVolume: VolumeList | undefined,
): Template<k8s.PodTemplateSpec> {
  const checksum: StringMap = { 'checksum/config': sha256(configFile(values, context)) };
  return {
    metadata: {
      labels: merge(context.selectorLabels, values.podLabels),
      // A change of the file replaces the Pods, which read it when they start.
      annotations: merge(checksum, values.podAnnotations),
    },
    spec: Lazy.any({ produce: () => podSpec(addToPod(values), context, dataVolume) }) as Template<k8s.PodSpec>,
  };
}

function podSpec(
  values: ReturnType<AddToPod<ControlPlaneValues>>,
  context: ReleaseContext,
  dataVolume: VolumeList | undefined,
) {
  return {
    serviceAccountName: serviceAccountName(values, context),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: ifAny(values.podSecurityContext),
    terminationGracePeriodSeconds: values.terminationGracePeriodSeconds,
    priorityClassName: ifSet(values.priorityClassName),
    imagePullSecrets: programPullSecrets(values),
    nodeName: values.nodeName,
    nodeSelector: ifAny(values.nodeSelector),
    tolerations: ifAny(values.tolerations),
    topologySpreadConstraints: ifAny(values.topologySpreadConstraints),
    affinity: ifAny(values.affinity) as Deferred | undefined,
    containers: [programContainer(values, context)],
    volumes: volumes(values, context, dataVolume),
  };
}

function volumes(values: ControlPlaneValues, { fullName }: ReleaseContext, dataVolume: VolumeList | undefined) {
  const { keys, tls, mqtt, extraVolumes } = values;
  const ofSecret = (name: string, secretName: Later<string>) =>
    when(not(isEmpty(secretName)), [{ name, secret: { secretName, defaultMode: SECRET_MODE } }]);
  return concat<object>(
    [
      { name: 'tmp', emptyDir: {} },
      { name: 'config', configMap: { name: fullName } },
    ],
    dataVolume,
    ofSecret('keys', keys.existingSecret),
    ofSecret('tls', tls.existingSecret),
    ofSecret('broker', mqtt.broker.existingSecret),
    extraVolumes,
  );
}

function volumeClaim({ persistence }: ControlPlaneValues) {
  const { size, storageClassName, accessModes, annotations } = persistence;
  return {
    metadata: { name: DATA_VOLUME, annotations: ifAny(annotations) },
    spec: {
      accessModes,
      storageClassName: when(matches(storageClassName, '^-$'), '', ifAny(storageClassName)),
      resources: { requests: { storage: size } },
    },
  };
}
