import {
  RUN_AS,
  type Affinity,
  type EnvFromSource,
  type EnvVar,
  type PodSecurityContext,
  type ResourceRequirements,
  type SecurityContext,
  type Toleration,
  type TopologySpreadConstraint,
  type Volume,
  type VolumeMount,
} from '../../../api';
import { flag, group, object, objects, optionalString, string, stringMap } from '../../../charting/values';
import { HARDENED_CONTAINER, HARDENED_POD } from '../../shared/security-context';

/** What a cluster may ask of the control plane's Pods. */
export const podValues = {
  resources: object<ResourceRequirements>(
    { limits: { memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
    'Requests and limits. There is no CPU limit, because throttling would delay the start of every run.',
  ),
  nodeSelector: stringMap({}, 'Labels of the nodes on which the Pod may run.'),
  affinity: object<Affinity>({}, 'Affinity of the Pod.'),
  tolerations: objects<Toleration>([], 'Tolerations of the Pod.'),
  topologySpreadConstraints: objects<TopologySpreadConstraint>([], 'Topology spread constraints of the Pods.'),
  priorityClassName: optionalString("PriorityClass of the Pod. Unset means the cluster's default."),
  podLabels: stringMap({}, 'More labels of the Pod. The labels that it is selected by cannot be changed.'),
  podAnnotations: stringMap({}, 'Annotations of the Pod.'),
  podSecurityContext: object<PodSecurityContext>(
    { ...HARDENED_POD, runAsUser: RUN_AS, runAsGroup: RUN_AS, fsGroup: RUN_AS, fsGroupChangePolicy: 'OnRootMismatch' },
    'Security context of the Pod; the default meets the Pod Security Standard "restricted".',
  ),
  securityContext: object<SecurityContext>(
    HARDENED_CONTAINER,
    'Security context of the container; the default meets the Pod Security Standard "restricted".',
  ),
  serviceAccount: group('ServiceAccount of the Pods. It has no rights, and its token is not mounted.', {
    create: flag(true, 'Whether the chart makes the ServiceAccount.'),
    name: string('', 'Name; empty means that of the other objects, or "default" if create is false.'),
    labels: stringMap({}, 'More labels of the ServiceAccount.'),
    annotations: stringMap(
      {},
      'Annotations of the ServiceAccount, such as eks.amazonaws.com/role-arn for a role that may use the bucket of blobs.',
    ),
  }),
  extraEnv: objects<EnvVar>([], 'More environment variables of the container, for instance HTTPS_PROXY.'),
  extraEnvFrom: objects<EnvFromSource>([], 'ConfigMaps and Secrets whose keys become environment variables.'),
  extraVolumes: objects<Volume>([], 'More volumes of the Pod.'),
  extraVolumeMounts: objects<VolumeMount>([], 'More volume mounts of the container.'),
};
