import { describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../../src/charting/synthesize';
import { generatedChart, NO_CRDS, RELEASE, type Json } from '../../../charting/support/helm';
import { eachIsRefusedBySchema, eachRenders } from '../../../charting/support/together';

const chart = generatedChart();

interface Objects {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly annotations?: object };
  readonly [key: string]: unknown;
}

/** What lies beside the operator. */
function beside(objects: readonly Json[]): Objects[] {
  const kinds = ['WorkerPool', 'Secret', 'PersistentVolumeClaim', 'ConfigMap'];
  return (objects as unknown as Objects[]).filter(({ kind }) => kinds.includes(kind));
}

const rendered = async (values: object) => beside(await chart.objectsOfBoth({ ...values, ...NO_CRDS }));

describe('a WorkerPool whose CRD', () => {
  const KIND = 'workers.spacelift.io/v1beta1/WorkerPool';
  const values = { workerPools: [{ name: 'a', annotations: { note: 'n' } }] };
  const kept = { note: 'n', 'helm.sh/resource-policy': 'keep' };

  const annotationsOf = (objects: readonly object[]) =>
    (objects as Objects[]).filter(({ kind }) => kind === 'WorkerPool').map(({ metadata }) => metadata.annotations);

  interface Case {
    readonly serves?: string[];
    readonly install?: boolean;
    readonly isUpgrade?: boolean;
  }
  // What Helm knows of a cluster while it renders files is told to it, by people and by GitOps tools.
  it.each<[string, Case]>([
    ['comes with the release', {}],
    ['is served, as Helm is told', { serves: [KIND] }],
    ['is served, as Helm is told by group and version alone', { serves: ['workers.spacelift.io/v1beta1'] }],
    ['is served with nothing but built-in kinds', { serves: ['apps/v1', 'apiregistration.k8s.io/v1'] }],
    ['was there before an upgrade', { isUpgrade: true }],
    ['comes from elsewhere', { install: false }],
  ])('%s is an object like any other in rendered files', async (_, { install = true, ...around }) => {
    const objects = await chart.objectsOfBoth({ ...values, crds: { install } }, { ...RELEASE, ...around });
    expect(annotationsOf(objects)).toEqual([kept]);
  });

  const HOOK = {
    'helm.sh/hook': 'post-install',
    'helm.sh/hook-delete-policy': 'hook-failed',
    'meta.helm.sh/release-name': 'ops',
    'meta.helm.sh/release-namespace': 'tools',
  };
  it.each<[string, Case, object]>([
    ['comes with the release is a hook, which Helm makes after it and never deletes, and owns later', {}, HOOK],
    ['is in the cluster is an object like any other', { serves: [KIND] }, {}],
    ['was there before an upgrade is an object like any other', { isUpgrade: true }, {}],
    ['comes from elsewhere is an object like any other', { install: false }, {}],
  ])('%s, when Helm installs into a cluster', (_, { install = true, ...around }, hook) => {
    const here = { ...RELEASE, hasCluster: true, ...around };
    const objects = synthesizeChart(operatorChart, here, { ...values, crds: { install } });
    expect(annotationsOf(objects)).toEqual([{ ...kept, ...hook }]);
  });
});

describe('a WorkerPool from values', () => {
  it('is a WorkerPool of that name, with its spec as given', async () => {
    const spec = { poolSize: 3, pod: { nodeSelector: { disk: 'ssd' } } };
    const objects = await rendered({ workerPools: [{ name: 'a', namespace: 'team', spec }] });
    expect(objects).toMatchObject([{ kind: 'WorkerPool', metadata: { name: 'a', namespace: 'team' }, spec }]);
  });

  it("lies in the release's namespace where it names none, and in that of no other pool", async () => {
    const objects = await rendered({ workerPools: [{ name: 'a' }, { name: 'a', namespace: 'team' }] });
    expect(objects.map(({ metadata }) => metadata.namespace).sort()).toEqual(['team', 'tools']);
  });

  it('has its credentials in a Secret of the chart', async () => {
    const objects = await rendered({ workerPools: [{ name: 'a', credentials: { token: 'tökén', privateKey: 'k' } }] });
    expect(objects).toMatchObject([
      { kind: 'Secret', metadata: { name: 'a-credentials' }, data: { token: 'dMO2a8Opbg==', privateKey: 'aw==' } },
      {
        kind: 'WorkerPool',
        spec: {
          token: { secretKeyRef: { name: 'a-credentials', key: 'token' } },
          privateKey: { secretKeyRef: { name: 'a-credentials', key: 'privateKey' } },
        },
      },
    ]);
  });

  it('has its credentials in a Secret that is there', async () => {
    const credentials = { existingSecret: 's', tokenKey: 't' };
    const objects = await rendered({ workerPools: [{ name: 'a', credentials }] });
    expect(objects.map(({ spec }) => spec)).toEqual([
      {
        token: { secretKeyRef: { name: 's', key: 't' } },
        privateKey: { secretKeyRef: { name: 's', key: 'privateKey' } },
      },
    ]);
  });

  it('keeps its tools on a claim of the chart, beside whatever else its Pods have', async () => {
    const create = { size: '10Gi', storageClassName: 'efs' };
    const spec = { poolSize: 2, pod: { labels: { team: 'a' } } };
    const objects = await rendered({ workerPools: [{ name: 'a', binariesCache: { create }, spec }] });
    expect(objects).toMatchObject([
      {
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'a-binaries-cache' },
        spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10Gi' } }, storageClassName: 'efs' },
      },
      {
        kind: 'WorkerPool',
        spec: {
          poolSize: 2,
          pod: {
            labels: { team: 'a' },
            binariesCacheVolume: {
              name: 'binaries-cache',
              persistentVolumeClaim: { claimName: 'a-binaries-cache' },
            },
          },
        },
      },
    ]);
  });

  const whole = {
    name: 'a',
    credentials: { token: 't', privateKey: 'k' },
    binariesCache: { create: { size: '1Gi' } },
  };
  it('stays when the release goes, with its Secret and its claim', async () => {
    for (const { metadata } of await rendered({ workerPools: [whole] })) {
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  it('goes with the release where one value says so', async () => {
    const objects = await rendered({ workerPools: [whole], keepWorkerPools: false });
    expect(objects.map(({ metadata }) => metadata.annotations)).toEqual([undefined, undefined, undefined]);
  });
});

describe('extra objects', () => {
  it('are installed as they stand', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', labels: {} },
      data: { x: '{{ .Release.Name }}' },
    };
    expect(await rendered({ extraObjects: [object] })).toEqual([object]);
  });
});

const pool = (more: object) => ({ workerPools: [{ name: 'a', ...more }] });

describe('helm refuses, as the constructs do', () => {
  it.each<[string, Json, string]>([
    [
      'a pool that is there twice',
      { workerPools: [{ name: 'a' }, { name: 'a', namespace: 'tools' }] },
      'tools/a is there',
    ],
    [
      'a pool where nobody looks',
      { ...pool({ namespace: 'b' }), controllerManager: { namespaces: ['tools'] } },
      'a: its namespace b is not among controllerManager.namespaces',
    ],
    [
      "a pool in the release's namespace where nobody looks there",
      { ...pool({}), controllerManager: { namespaces: ['b'] } },
      'a: its namespace tools is not among',
    ],
    ['a token without its key', pool({ credentials: { token: 't' } }), 'token needs credentials.privateKey'],
    ['a key without its token', pool({ credentials: { privateKey: 'k' } }), 'privateKey needs credentials.token'],
    [
      'two places of the token',
      pool({ credentials: { existingSecret: 's', token: 't', privateKey: 'k' } }),
      'takes existingSecret, or token and privateKey, not both',
    ],
    ['a key of no Secret', pool({ credentials: { tokenKey: 't' } }), 'keys of credentials.existingSecret'],
    [
      'a token in credentials and in spec',
      pool({
        credentials: { existingSecret: 's' },
        spec: { token: { secretKeyRef: { name: 's', key: 'token' } } },
      }),
      'in credentials or in spec, not in both',
    ],
    [
      'a token in spec without its key',
      pool({ spec: { token: { secretKeyRef: { name: 's', key: 'token' } } } }),
      'a: token and privateKey must both be set or both be unset',
    ],
    ['long polling of nobody', pool({ spec: { commsProtocol: 'poll' } }), 'a: pollCommsURL is required'],
    [
      'a limit of no drift detection',
      pool({ spec: { driftDetectionRunLimits: { disabled: true, maxRuns: 0 } } }),
      'a: maxRuns cannot be set when disabled is true',
    ],
    [
      'drift detection without a limit',
      pool({ spec: { driftDetectionRunLimits: { disabled: false } } }),
      'a: either disabled must be true or maxRuns must be set',
    ],
    [
      'two Secrets of the API key',
      pool({ spec: { spaceliftAPICredentials: { secretName: 's', secretKeyRef: { name: 's', key: 'k' } } } }),
      'a: exactly one of secretName and secretKeyRef must be set',
    ],
    [
      'no Secret of the API key',
      pool({ spec: { spaceliftAPICredentials: { keyIdField: 'id' } } }),
      'a: exactly one of secretName and secretKeyRef must be set',
    ],
    [
      'a cache of one node for several Workers',
      pool({ binariesCache: { create: { size: '1Gi', accessModes: ['ReadWriteOnce'] } }, spec: { poolSize: 2 } }),
      'lets one node or Pod write, but the pool has several Workers',
    ],
    ['a claim without a size', pool({ binariesCache: { create: { storageClassName: 'efs' } } }), 'create needs a size'],
    [
      'two claims',
      pool({ binariesCache: { claimName: 'c', create: { size: '1Gi' } } }),
      'takes claimName or create, not both',
    ],
    [
      'two caches',
      pool({ binariesCache: { claimName: 'c' }, spec: { pod: { binariesCacheVolume: { name: 'c' } } } }),
      'binariesCache or spec.pod.binariesCacheVolume, not both',
    ],
  ])('%s', (_, values, sentence) => chart.bothRefuse(values, sentence));
});

describe('helm refuses by the schema', () => {
  eachIsRefusedBySchema(chart, [
    ['a pool without a name', { workerPools: [{}] }, "at '/workerPools/0': missing property 'name'"],
    ['a misspelt field', pool({ spec: { poolsize: 2 } }), "'/workerPools/0/spec': additional properties 'poolsize'"],
    ['a misspelt field of the Pod', pool({ spec: { pod: { nodeselector: {} } } }), "'nodeselector' not allowed"],
    [
      'a size in words',
      pool({ spec: { poolSize: 'two' } }),
      "'/workerPools/0/spec/poolSize': got string, want integer",
    ],
    ['more Workers than a pool has', pool({ spec: { poolSize: 10_001 } }), "spec/poolSize': maximum: got 10,001"],
    ['a time in words', pool({ spec: { failedPodsHistoryTTL: 'a day' } }), "spec/failedPodsHistoryTTL': 'a day'"],
    ['an address without a scheme', pool({ spec: { pollCommsURL: 'acme' } }), "spec/pollCommsURL': 'acme'"],
    [
      'a registry with a path',
      pool({ spec: { allowedRunnerImageHosts: ['a/b'] } }),
      "allowedRunnerImageHosts/0': 'a/b'",
    ],
    ['an object without a name', { extraObjects: [{ apiVersion: 'v1', kind: 'X', metadata: {} }] }, "property 'name'"],
  ]);

  it('without showing a token or a key', async () => {
    const credentials = { token: 'S3CRET', privateKey: 12 };
    const { text } = await chart.template(pool({ credentials, spec: { token: {} } }));
    expect(text).toContain('got number, want null or string');
    expect(text).not.toMatch(/S3CRET|12/);
  });
});

describe('helm takes', () => {
  const specs: [string, object][] = [
    [
      'sizes and times at their limits',
      { poolSize: 10_000, failedPodsHistoryTTL: '1h30m', successfulPodsHistoryTTL: '0' },
    ],
    ['long polling', { commsProtocol: 'poll', pollCommsURL: 'https://acme.example' }],
    ['an emptied address', { pollCommsURL: '' }],
    ['limits of drift detection', { driftDetectionRunLimits: { maxRuns: 0 } }],
    ['no drift detection', { driftDetectionRunLimits: { disabled: true } }],
    ['one Secret of the API key', { spaceliftAPICredentials: { secretName: 's' } }],
    ['empty texts of the Pod', { pod: { runtimeClassName: '', nodeName: '', schedulerName: '', launcherImage: '' } }],
  ];
  const rows = specs.map(([name, spec]) => {
    const look = (objects: readonly Json[]) => expect(beside(objects)).toMatchObject([{ kind: 'WorkerPool', spec }]);
    return [name, { ...pool({ spec }), ...NO_CRDS }, look] as const;
  });
  eachRenders(chart, rows);
});
