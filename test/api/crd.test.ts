import { describe, expect, test } from '@jest/globals';
import { workerCrd, workerPoolCrd, type JsonSchema } from '../../src/api';
import { schemaAt, visit } from './schemas';

const pool = workerPoolCrd();
const [version] = pool.spec.versions;
const schema = version?.schema.openAPIV3Schema ?? {};
const spec = schemaAt(schema, 'spec');
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

  test('is namespaced, with one version that is served and stored', () => {
    expect(pool.metadata.name).toBe('workerpools.workers.spacelift.io');
    expect(pool.spec).toMatchObject({
      group: 'workers.spacelift.io',
      scope: 'Namespaced',
      names: {
        kind: 'WorkerPool',
        listKind: 'WorkerPoolList',
        plural: 'workerpools',
        singular: 'workerpool',
        shortNames: ['wp'],
        categories: ['spacelift'],
      },
      versions: [{ name: 'v1beta1', served: true, storage: true }],
    });
  });

  test('scales by poolSize, with the selector that selects nothing', () => {
    expect(version?.subresources).toEqual({
      status: {},
      scale: {
        specReplicasPath: '.spec.poolSize',
        statusReplicasPath: '.status.actualPoolSize',
        labelSelectorPath: '.status.selector',
      },
    });
  });

  test('shows the documented columns first', () => {
    expect(version?.additionalPrinterColumns.slice(0, 3)).toEqual([
      { name: 'Desired pool size', type: 'integer', jsonPath: '.status.desiredPoolSize' },
      { name: 'Actual pool size', type: 'integer', jsonPath: '.status.actualPoolSize' },
      { name: 'Auto registered', type: 'boolean', jsonPath: '.status.autoRegistered' },
    ]);
    expect(version?.additionalPrinterColumns.slice(3).map(({ name }) => name)).toEqual([
      'Ready',
      'Reason',
      'Message',
      'Age',
    ]);
  });

  test('takes an object without a spec, and a spec without a field', () => {
    expect(schema.required).toBeUndefined();
    expect(spec.required).toBeUndefined();
  });

  test('fills in no size, so that applying a manifest again does not overrule an autoscaler', () => {
    expect(schemaAt(schema, 'spec.poolSize')).toMatchObject({ type: 'integer', format: 'int32', minimum: 0 });
    expect(schemaAt(schema, 'spec.poolSize')).not.toHaveProperty('default');
  });

  test('still takes keepSuccessfulPods, and calls it deprecated', () => {
    expect(schemaAt(schema, 'spec.keepSuccessfulPods').description).toMatch(/^Deprecated: /);
  });

  test('describes every field of ours', () => {
    const silent: string[] = [];
    for (const part of ['spec', 'spec.pod', 'spec.pod.workerContainer', 'spec.driftDetectionRunLimits', 'status']) {
      for (const [name, property] of Object.entries(schemaAt(schema, part).properties ?? {})) {
        if (!property.description) silent.push(`${part}.${name}`);
      }
    }
    expect(silent).toEqual([]);
  });

  test('describes the fields that a volume or container has at first sight', () => {
    const volume = schemaAt(schema, 'spec.pod.workspaceVolume').properties ?? {};
    expect(Object.values(volume).every(({ description }) => description)).toBe(true);
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

  test('shows pool, registration, state and run, and cannot be scaled', () => {
    expect(workerVersion?.additionalPrinterColumns.slice(0, 4)).toEqual([
      { name: 'Pool', type: 'string', jsonPath: '.metadata.annotations.workers\\.spacelift\\.io/workerpool-name' },
      { name: 'Registered', type: 'boolean', jsonPath: '.status.registered' },
      { name: 'Status', type: 'string', jsonPath: '.status.state' },
      { name: 'Run ID', type: 'string', jsonPath: '.status.currentRunID' },
    ]);
    expect(workerVersion?.subresources).toEqual({ status: {} });
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
