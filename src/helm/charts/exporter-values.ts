import type { LocalObjectReference } from '../../api';
import { EXPORTER_IMAGE, EXPORTER_LISTEN_ADDRESS, EXPORTER_TAG } from '../../constructs/exporter/defaults';
import { flag, group, integer, objects, optionalString, string, stringMap } from '../values';
import { OBJECT_NAME } from './shared-values';

/** Values of the exporter's chart. */
export const exporterValues = group('Values of the exporter of control-plane metrics for Prometheus.', {
  nameOverride: string('', 'Replaces the chart\'s name in object names and labels.', { pattern: OBJECT_NAME }),
  fullnameOverride: string('', 'Replaces what every object name begins with.', { pattern: OBJECT_NAME }),
  replicaCount: integer(1, 'Number of Pods.'),
  image: group('Image of the exporter.', {
    repository: string(EXPORTER_IMAGE, 'Registry and repository.', { minLength: 1 }),
    tag: string(EXPORTER_TAG, 'Tag.', { minLength: 1 }),
    pullPolicy: string('IfNotPresent', 'When the image is pulled.', { enum: ['Always', 'IfNotPresent', 'Never'] }),
    digest: optionalString('Digest, as sha256:...; wins over the tag.'),
  }),
  listenAddress: string(EXPORTER_LISTEN_ADDRESS, 'Address that the exporter listens at, as [host]:port.', { pattern: ':[0-9]+$' }),
  apiEndpoint: string('', 'Address of the control plane, as https://host[:port]. Required.'),
  apiKeyId: string('', 'Identifier of the API key. Required.'),
  apiKeySecretName: string('', 'Secret with the API key\'s secret under SPACELIFT_PROMEX_API_KEY_SECRET. Required.'),
  caCert: group('CA certificate by which the exporter knows the control plane.', {
    enabled: flag(false, 'Whether to mount one.'),
    secretName: string('', 'Secret that holds it.'),
    secretKey: string('ca.crt', 'Key in the Secret.', { minLength: 1 }),
    mountPath: string('/certs', 'Folder that it is mounted at.', { minLength: 1 }),
  }),
  labels: stringMap({}, 'More labels of the Deployment object itself.'),
  annotations: stringMap({}, 'Annotations of the Deployment.'),
  podAnnotations: stringMap({}, 'Annotations of the Pod.'),
  imagePullSecrets: objects<LocalObjectReference>([], 'Secrets for pulling the image, as a list of {name}.'),
  nodeSelector: stringMap({}, 'Labels of the nodes on which the Pod may run.'),
});
