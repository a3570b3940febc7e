import { describe, expect, test } from '@jest/globals';
import { workerCrd, workerPoolCrd, type JsonSchema } from '../../src/api';
import { schemaAt, visit } from './schemas';

const pool = workerPoolCrd();
const [version] = pool.spec.versions;
const schema = version?.schema.openAPIV3Schema ?? {};
const pod = schemaAt(schema, 'spec.pod');

const POD_FIELDS = [
  ...['activeDeadlineSeconds', 'additionalSidecarContainers', 'affinity', 'annotations'],
  ...['automountServiceAccountToken', 'binariesCacheVolume', 'customBinariesPath', 'customInitContainers'],
  ...['defaultAnsibleRunnerImage', 'defaultIntentImage', 'defaultRunnerImage', 'dnsConfig', 'dnsPolicy'],
  ...['grpcServerContainer', 'hostAliases', 'imagePullSecrets', 'initContainer', 'labels', 'launcherImage'],
  ...['nodeName', 'nodeSelector', 'runtimeClassName', 'schedulerName', 'securityContext', 'serviceAccountName'],
  ...['shareProcessNamespace', 'terminationGracePeriodSeconds', 'tolerations', 'topologySpreadConstraints'],
  ...['volumes', 'workerContainer', 'workspaceVolume'],
];

const SHARED = ['env', 'envFrom', 'imagePullPolicy', 'resources', 'securityContext', 'volumeMounts'];

describe('the WorkerPool CRD', () => {
  test('is small enough for the annotation of a client-side kubectl apply', () => {
    expect(Buffer.byteLength(JSON.stringify(pool))).toBeLessThanOrEqual(200_000);
  });

  test('still takes keepSuccessfulPods, and calls it deprecated', () => {
    expect(schemaAt(schema, 'spec.keepSuccessfulPods').description).toMatch(/^Deprecated: /);
  });

  test('describes every field of ours, and what a volume has at first sight', () => {
    const silent: string[] = [];
    for (const part of [
      'spec',
      'spec.pod',
      'spec.pod.workspaceVolume',
      'spec.pod.workerContainer',
      'spec.driftDetectionRunLimits',
      'status',
    ]) {
      for (const [name, property] of Object.entries(schemaAt(schema, part).properties ?? {})) {
        if (!property.description) silent.push(`${part}.${name}`);
      }
    }
    expect(silent).toEqual([]);
  });

  test('has the fields of a run Pod that a person may set, and no others', () => {
    expect(Object.keys(pod.properties ?? {}).sort()).toEqual(POD_FIELDS);
  });

  test.each([
    ['initContainer', SHARED],
    ['grpcServerContainer', [...SHARED, 'lifecycle']],
    ['workerContainer', [...SHARED, 'lifecycle']],
  ])('lets a person set of %s what the operator does not decide', (name, fields) => {
    const container = schemaAt(schema, `spec.pod.${name}`);
    expect(Object.keys(container.properties ?? {}).sort()).toEqual([...fields].sort());
    expect(container.required).toBeUndefined();
  });
});

describe('the Worker CRD', () => {
  const worker = workerCrd();
  const [workerVersion] = worker.spec.versions;
  const root = workerVersion?.schema.openAPIV3Schema ?? {};

  test('has a spec without fields and a status in which nothing is required', () => {
    expect(schemaAt(root, 'spec').properties).toBeUndefined();
    expect(Object.keys(schemaAt(root, 'status').properties ?? {})).toEqual([
      'currentRunID',
      'registered',
      'state',
      'conditions',
    ]);
    expect(schemaAt(root, 'status').required).toBeUndefined();
  });
});

describe.each([pool, workerCrd()])('the schema of $spec.names.kind', ({ spec: { versions } }) => {
  const root: JsonSchema = versions[0]?.schema.openAPIV3Schema ?? {};

  test('is structural: every value has a type, and nothing is left open', () => {
    const open: string[] = [];
    visit(root, (node, path) => {
      if (node.type === undefined && !node['x-kubernetes-int-or-string']) open.push(`${path} has no type`);
      if (node.$ref !== undefined) open.push(`${path} is a reference`);
      if ('x-kubernetes-preserve-unknown-fields' in node) open.push(`${path} is opaque`);
      if (node.type === 'array' && !node.items) open.push(`${path} has no items`);
    });
    expect(open).toEqual([]);
  });

  test('leaves objects without fields only where there is nothing to say', () => {
    const bare: string[] = [];
    visit(root, (node, path) => {
      if (node.type === 'object' && !node.properties && !node.additionalProperties) bare.push(path);
    });
    expect(bare.filter((path) => path !== '.metadata' && path !== '.spec')).toEqual([]);
  });

  test('gives the keys of every keyed list a value', () => {
    const keyless: string[] = [];
    visit(root, (node, path) => {
      for (const key of node['x-kubernetes-list-map-keys'] ?? []) {
        const { required = [], properties = {} } = node.items ?? {};
        if (!required.includes(key) && properties[key]?.default === undefined) keyless.push(`${path}: ${key}`);
      }
    });
    expect(keyless).toEqual([]);
  });

  test('fills in nothing that is required', () => {
    const contradictory: string[] = [];
    visit(root, (node, path) => {
      for (const name of node.required ?? []) {
        if (node.properties?.[name]?.default !== undefined) contradictory.push(`${path}.${name}`);
      }
    });
    expect(contradictory).toEqual([]);
  });
});
