import type { Volume, WorkerPool } from '../../../src/api';
import type { AnyBudget } from '../../../src/doctor/subjects/budgets';
import type { Quota } from '../../../src/doctor/subjects/quotas';
import type { Claim, StorageClass, StorageFacts } from '../../../src/doctor/subjects/storage';
import type { WorkersFact } from '../../../src/doctor/subjects/workers';
import { ago, cases, NOW, owner, podOf, pool, worker } from './fixtures';

const storageClass = (name: string, isDefault = false): StorageClass => ({
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
});
const ephemeral = (storageClassName?: string): Volume => ({
  name: 'workspace',
  ephemeral: { volumeClaimTemplate: { spec: { ...(storageClassName !== undefined && { storageClassName }) } } },
});
const claim = (mode: string, phase = 'Bound'): Record<string, Claim> => ({
  cache: { metadata: { name: 'cache' }, spec: { accessModes: [mode] }, status: { phase } },
});
const CACHE: Volume = { name: 'cache', persistentVolumeClaim: { claimName: 'cache' } };

function storageFacts(
  volume: Volume,
  classes: StorageFacts['classes'],
  claims: Record<string, Claim> = {},
  of = pool(),
): StorageFacts {
  return { classes, pools: [{ pool: of, volumes: [volume], claims }] };
}

export const storage = cases<StorageFacts>({
  healthy: [
    storageFacts(ephemeral('fast'), [storageClass('fast')]),
    storageFacts(ephemeral(), [storageClass('usual', true)]),
    storageFacts(ephemeral(''), []),
    storageFacts(ephemeral('fast'), 'unseen'),
    storageFacts(CACHE, [], claim('ReadWriteMany')),
    storageFacts(CACHE, [], claim('ReadWriteOnce'), pool({ spec: { poolSize: 1 } })),
    storageFacts(CACHE, []),
  ],
  broken: {
    'class-missing': [storageFacts(ephemeral('fast'), [storageClass('slow')]), storageFacts(ephemeral('fast'), [])],
    'class-no-default': [storageFacts(ephemeral(), [storageClass('slow')])],
    'class-several-defaults': [storageFacts(ephemeral(), [storageClass('a', true), storageClass('b', true)])],
    'claim-shared': [
      storageFacts(CACHE, [], claim('ReadWriteOnce')),
      storageFacts(CACHE, [], claim('ReadWriteOncePod')),
    ],
    'claim-unbound': [
      storageFacts(CACHE, [], claim('ReadWriteMany', 'Lost')),
      storageFacts(CACHE, [], claim('ReadWriteMany', 'Pending')),
    ],
  },
});

const quota = (hard: Record<string, string>, used: Record<string, string> = {}, spec: Quota['spec'] = {}): Quota => ({
  metadata: { name: 'total' },
  spec,
  status: { hard, used },
});
const room = (quotas: readonly Quota[] | 'unseen', live = 0) => [
  { pool: pool(), size: 2, each: { pods: 1, 'requests.memory': 2 ** 30, 'limits.cpu': 0 }, live, quotas },
];

export const quotas = cases<unknown>({
  healthy: [
    room('unseen'),
    room([quota({ pods: '2', 'requests.memory': '2Gi' })]),
    room([quota({ pods: '3' }, { pods: '2' })], 1),
    room([quota({ 'limits.cpu': '1', 'requests.nvidia.com/gpu': '1', 'requests.memory': 'a lot' })]),
    room([quota({ pods: '0' }, {}, { scopes: ['NotTerminating'] })]),
    room([quota({ pods: '0' }, {}, { scopeSelector: {} })]),
  ],
  broken: {
    'quota-no-room': [room([quota({ 'requests.memory': '1000Mi' })]), room([quota({ pods: '4' }, { pods: '4' })])],
    'quota-too-small': [
      room([quota({ pods: '1' })]),
      room([quota({ 'requests.memory': '4Gi' }, { 'requests.memory': '3Gi' }, { scopes: ['Terminating'] })]),
    ],
  },
});

const budget = (name: string, selector: NonNullable<AnyBudget['spec']>['selector']): AnyBudget => ({
  metadata: { name },
  spec: { ...(selector && { selector }) },
});
const EVERYTHING = budget('everything', {});
const OF_TEAM = budget('team', { matchLabels: { team: 'network' } });
const OF_RUNS = budget('runs', { matchExpressions: [{ key: 'team', operator: 'In', values: ['network', 'data'] }] });
const OTHERS = budget('others', { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['network'] }] });
const guarded = (budgets: readonly AnyBudget[] | 'unseen', keepsOwn = false) => [
  { pool: pool(), labels: { team: 'network' }, budgets, keepsOwn },
];

export const budgets = cases<unknown>({
  healthy: [guarded('unseen'), guarded([]), guarded([OF_TEAM, OTHERS]), guarded([budget('none', undefined)], true)],
  broken: {
    'budgets-overlap': [guarded([EVERYTHING, OF_TEAM]), guarded([OF_RUNS, OF_TEAM]), guarded([OF_RUNS], true)],
  },
});

const of = pool();
const BUSY = { state: 'BUSY', currentRunID: '01K3ZC0000000000000000000R' };
const workerFacts = (given: Partial<WorkersFact>): WorkersFact => ({
  ...{ now: NOW, pools: [of], workers: [worker(of)], runPods: [], isWhole: true, known: new Map() },
  ...given,
});
const known = (...ids: string[]) => new Map([[of.metadata.uid, ids]]);
const lost: WorkerPool = pool({ name: 'gone' });

export const workers = cases<WorkersFact>({
  healthy: [
    workerFacts({ known: known('01K3ZC0000000000000000000W') }),
    workerFacts({ workers: 'unseen' }),
    workerFacts({ workers: [worker(of, {}, BUSY)], runPods: [podOf(worker(of))] }),
    workerFacts({ workers: [worker(of, { creationTimestamp: ago(1) }, BUSY)] }),
    workerFacts({ workers: [worker(of, { creationTimestamp: ago(1) })], known: known() }),
    workerFacts({ workers: [worker(lost)], isWhole: false }),
    workerFacts({ workers: [worker(of, { deletionTimestamp: ago(20) })], runPods: [podOf(worker(of))] }),
  ],
  broken: {
    'worker-orphaned': [workerFacts({ workers: [worker(lost)] })],
    'worker-without-pod': [workerFacts({ workers: [worker(of, {}, BUSY)] })],
    'worker-stuck': [workerFacts({ workers: [worker(of, { deletionTimestamp: ago(20) })] })],
    'pod-orphaned': [
      workerFacts({
        runPods: [
          {
            ...podOf(worker(of)),
            metadata: { ...podOf(worker(of)).metadata, ownerReferences: [owner('Worker', 'w', 'gone')] },
          },
        ],
      }),
    ],
    'worker-ghost': [workerFacts({ known: known('01K3ZC0000000000000000000W', '01K3ZC0000000000000000000G') })],
    'worker-unknown': [workerFacts({ known: known() })],
  },
});
