import { describe, expect, test } from '@jest/globals';
import { workerPoolCrd, type JsonSchema } from '../../src/api';
import { field, kubernetes, objectSchema } from '../../src/api/field';
import { inlineTypes } from '../../src/api/inline';
import { KUBERNETES_SCHEMAS } from '../../src/api/kubernetes-schemas.generated';
import { schemaAt, visit } from './schemas';

const root = workerPoolCrd().spec.versions[0]?.schema.openAPIV3Schema ?? {};

/** Where Kubernetes' types fill something in, as `Type.field=value`. */
function defaults(): string[] {
  const found: string[] = [];
  for (const [type, schema] of Object.entries(KUBERNETES_SCHEMAS)) {
    visit(schema, (node, path) => {
      if (node.default !== undefined) found.push(`${type}${path}=${JSON.stringify(node.default)}`);
    });
  }
  return found.sort();
}

describe('the Kubernetes types in a WorkerPool', () => {
  test('fill in what Kubernetes fills in, and no zero value of Go', () => {
    expect(defaults()).toEqual([
      'AzureDiskVolumeSource.fsType="ext4"',
      'AzureDiskVolumeSource.readOnly=false',
      'ConfigMapEnvSource.name=""',
      'ConfigMapKeySelector.name=""',
      'ConfigMapProjection.name=""',
      'ConfigMapVolumeSource.name=""',
      'ContainerPort.protocol="TCP"',
      'FileKeySelector.optional=false',
      'GRPCAction.service=""',
      'ISCSIVolumeSource.iscsiInterface="default"',
      'LocalObjectReference.name=""',
      'RBDVolumeSource.keyring="/etc/ceph/keyring"',
      'RBDVolumeSource.pool="rbd"',
      'RBDVolumeSource.user="admin"',
      'ScaleIOVolumeSource.fsType="xfs"',
      'ScaleIOVolumeSource.storageMode="ThinProvisioned"',
      'SecretEnvSource.name=""',
      'SecretKeySelector.name=""',
      'SecretProjection.name=""',
    ]);
  });

  test.each([
    'volumes',
    'hostAliases',
    'imagePullSecrets',
    'tolerations',
    'topologySpreadConstraints',
    'customInitContainers',
    'additionalSidecarContainers',
    'workerContainer.env',
    'workerContainer.envFrom',
    'workerContainer.volumeMounts',
  ])('stand in lists without merge keys at spec.pod.%s', (path) => {
    expect(schemaAt(root, `spec.pod.${path}`)).not.toHaveProperty('x-kubernetes-list-type');
  });

  test.each([
    ['env', ['name']],
    ['ports', ['containerPort', 'protocol']],
    ['volumeMounts', ['mountPath']],
    ['volumeDevices', ['devicePath']],
  ])('keep their merge keys inside a sidecar: %s by %j', (list, keys) => {
    expect(schemaAt(root, `spec.pod.additionalSidecarContainers.${list}`)).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': keys,
    });
  });

  test.each(['args', 'command', 'envFrom', 'resizePolicy'])('keep %s of a sidecar atomic', (list) => {
    expect(schemaAt(root, `spec.pod.additionalSidecarContainers.${list}`)).toMatchObject({
      'x-kubernetes-list-type': 'atomic',
    });
  });

  test.each([
    'spec.pod.nodeSelector',
    'spec.token.secretKeyRef',
    'spec.pod.imagePullSecrets',
    'spec.pod.workerContainer.env.valueFrom.configMapKeyRef',
    'spec.pod.workerContainer.envFrom.configMapRef',
    'spec.pod.workerContainer.envFrom.secretRef',
    'spec.pod.volumes.configMap',
    'spec.pod.volumes.projected.sources.configMap',
    'spec.pod.volumes.projected.sources.secret',
  ])('keep %s one atomic map', (path) => {
    const schema = schemaAt(root, path);
    expect(schema.items ?? schema).toMatchObject({ 'x-kubernetes-map-type': 'atomic' });
  });

  test('take amounts as numbers and as texts', () => {
    expect(schemaAt(root, 'spec.pod.workerContainer.resources.limits').additionalProperties).toMatchObject({
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
      pattern: expect.stringContaining('[KMGTPE]i'),
    });
  });
});

const THING = { kind: 'object', name: 'Thing', description: 'A thing.' } as const;

describe('inlining Kubernetes types', () => {
  const leaf = (description: string): JsonSchema => ({ description, type: 'string' });
  const types: Record<string, JsonSchema> = {
    Outer: {
      description: 'Outer type.',
      type: 'object',
      properties: { first: { description: 'First.', $ref: 'Inner' } },
    },
    Inner: {
      type: 'object',
      properties: { second: { ...leaf('Second.'), maxLength: 3 }, more: { $ref: 'Innermost' } },
    },
    Innermost: { type: 'object', properties: { third: leaf('Third.') } },
  };

  test('describes two levels of their fields, and the field of ours in our words', () => {
    const thing = objectSchema({ ...THING, fields: { own: field(kubernetes('Outer'), { description: 'Ours.' }) } });
    expect(inlineTypes(thing, types).properties?.own).toEqual({
      description: 'Ours.',
      type: 'object',
      properties: {
        first: {
          description: 'First.',
          type: 'object',
          properties: {
            second: { description: 'Second.', type: 'string', maxLength: 3 },
            more: { type: 'object', properties: { third: { type: 'string' } } },
          },
        },
      },
    });
  });

  test('fails on a type that the extract does not have', () => {
    expect(() => inlineTypes({ $ref: 'Nothing' }, types)).toThrow('No Kubernetes type Nothing');
  });
});
