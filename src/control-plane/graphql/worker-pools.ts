import type { Pool, PoolKeeper } from '../admin/pool-admin';
import { poolVersion } from '../admin/versions';
import { malformed } from '../errors';
import type { WorkerRecord } from '../store/records';
import { mentions } from '../mentions';
import { builder, requireUser, seconds, type RequestContext } from './builder';
import { isGiven } from './given';
import { SchedulableRuns, schedulableRuns } from './queue';
import { checkSearch, mostOf, pageOf, pagesOf, passes, SearchInput } from './search';
import { Space } from './spaces';

const isDrained = ({ drained, retiring }: WorkerRecord) => drained || retiring;
const isBusy = ({ runId }: WorkerRecord) => runId !== null;

const Worker = builder.objectRef<WorkerRecord>('Worker').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name', { description: 'The name of the Worker object.' }),
    busy: t.boolean({ resolve: isBusy }),
    drained: t.boolean({ resolve: isDrained }),
    status: t.string({
      description: 'DRAINED, BUSY or IDLE.',
      resolve: (worker) => (isDrained(worker) ? 'DRAINED' : isBusy(worker) ? 'BUSY' : 'IDLE'),
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    availableAt: t.int({
      nullable: true,
      description: 'Since when it is idle; null while it is busy.',
      resolve: (worker) => (isBusy(worker) ? null : seconds(worker.availableAt)),
    }),
    metadata: t.string({
      description: 'A JSON object as text.',
      resolve: ({ metadata }) => JSON.stringify(metadata),
    }),
    run: t.exposeID('runId', { nullable: true, description: 'The run that it works on.' }),
  }),
});

export const WorkerPool = builder.objectRef<Pool>('WorkerPool').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    config: t.exposeString('config', {
      access: 'pool:token',
      description: "The pool's token. Without the private key it proves nothing.",
    }),
    description: t.exposeString('description', { nullable: true }),
    labels: t.exposeStringList('labels'),
    space: t.exposeID('space'),
    spaceDetails: t.field({ type: Space, resolve: ({ space }) => space }),
    driftDetectionRunLimit: t.exposeInt('driftDetectionRunLimit', { nullable: true }),
    pendingRuns: t.int({ resolve: ({ id }, _args, { lookups }) => lookups.pendingRuns.load(id) }),
    busyWorkers: t.int({ resolve: async ({ id }, _args, { lookups }) => (await lookups.workerCounts.load(id)).busy }),
    drainedWorkers: t.int({
      description: 'How many of them are drained, or go as soon as they can.',
      resolve: async ({ id }, _args, { lookups }) => {
        const { registered, willing } = await lookups.workerCounts.load(id);
        return registered - willing;
      },
    }),
    workersCount: t.int({
      resolve: async ({ id }, _args, { lookups }) => (await lookups.workerCounts.load(id)).registered,
    }),
    workers: t.field({
      type: [Worker],
      description: 'Newest first.',
      args: { first: t.arg.int() },
      resolve: ({ id }, { first }, { admin, lookups }) =>
        first === null || first === undefined ? lookups.workers.load(id) : admin.workers(id, mostOf(first)),
    }),
    searchSchedulableRuns: t.field({
      type: SchedulableRuns,
      access: 'stack:read',
      args: { input: t.arg({ type: SearchInput, required: true }) },
      resolve: ({ id }, { input }, context) => schedulableRuns(input, context, id),
    }),
    usersCount: t.int({
      description: 'How many stacks it runs, and modules it tests.',
      resolve: async ({ id }, _args, { lookups }) =>
        (await lookups.stackCounts.load(id)) + (await lookups.moduleCounts.load(id)),
    }),
    managedByK8sController: t.boolean({
      description: 'Whether a cluster made it: people change it once an admin has unlocked it.',
      resolve: ({ managedBy }) => managedBy !== null,
    }),
    managedBy: t.exposeString('managedBy', {
      nullable: true,
      description: 'The WorkerPool of the cluster that made it, as namespace/name.',
    }),
    version: t.string({
      description: 'Another one as soon as something is changed that people say of it.',
      resolve: poolVersion,
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
    deleted: t.exposeBoolean('deleted'),
  }),
});

const WorkerPools = pagesOf('WorkerPools', WorkerPool, 'WorkerPool');

const PublicWorkerPool = builder.objectRef<object>('PublicWorkerPool').implement({
  description: 'Workers for everybody, which this control plane has none of: each stack has a pool.',
  fields: (t) => ({
    parallelism: t.int({ resolve: () => 0 }),
    busyWorkers: t.int({ resolve: () => 0 }),
    pendingRuns: t.int({ resolve: () => 0 }),
    searchSchedulableRuns: t.field({
      type: SchedulableRuns,
      access: 'stack:read',
      args: { input: t.arg({ type: SearchInput, required: true }) },
      resolve: (_pool, { input }, context) => schedulableRuns(input, context),
    }),
  }),
});

builder.queryFields((t) => ({
  workerPools: t.field({
    type: [WorkerPool],
    access: 'pool:read',
    description: 'By name.',
    args: { first: t.arg.int() },
    resolve: async (_root, { first }, { admin }) => (await admin.pools()).slice(0, mostOf(first)),
  }),
  workerPool: t.field({
    type: WorkerPool,
    access: 'pool:read',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.pool(id),
  }),
  searchWorkerPools: t.field({
    type: WorkerPools,
    access: 'pool:read',
    description: 'By name. A text is looked for in ids, names, descriptions and labels.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    resolve: async (_root, { input }, { admin }) => {
      const filters = checkSearch(input, 'searchWorkerPools', {
        orderedBy: 'name',
        directions: ['ASC', 'DESC'],
        byText: true,
        fields: { name: 'text', space: 'text', label: 'text' },
      });
      const pools = (await admin.pools()).filter(
        ({ id, name, description, labels, space }) =>
          mentions([id, name, description ?? '', ...labels], input.fullTextSearch) &&
          passes(filters, (field) => ({ name: [name], space: [space], label: labels })[field] ?? []),
      );
      if (input.orderBy?.direction === 'DESC') pools.reverse();
      return pageOf(input, ({ offset, limit }) => pools.slice(offset, offset + limit));
    },
  }),
  publicWorkerPool: t.field({ type: PublicWorkerPool, access: 'pool:read', resolve: () => ({}) }),
}));

/** Whether the lock of a pool lets a caller through. */
const keeperOf = (context: RequestContext): PoolKeeper =>
  requireUser(context).role === 'worker-pool-controller' ? 'cluster' : 'person';

/** @throws RequestError `malformed` where a person says that a cluster manages a pool */
function managerOf({ managedBy }: { readonly managedBy?: string | null }, context: RequestContext): string | null {
  if (isGiven(managedBy) && keeperOf(context) === 'person') {
    throw malformed('managedBy', 'managedBy is for keys of the role worker-pool-controller: leave it out');
  }
  return managedBy ?? null;
}

const RESETS =
  'The old token and certificate are refused from now on; runs that have started finish and report. Keys of the role worker-pool-controller reset pools that a cluster manages, and no others.';

builder.mutationFields((t) => {
  const settings = {
    name: t.arg.string({ required: true }),
    description: t.arg.string(),
    labels: t.arg.stringList(),
    space: t.arg.id(),
    driftDetectionRunLimit: t.arg.int({ description: 'Below 0: no limit, as when it is left out.' }),
  };
  const pool = { id: t.arg.id({ required: true }) };
  const csr = {
    certificateSigningRequest: t.arg.string({ required: true, description: 'PEM, or base64 of it.' }),
  };
  return {
    workerPoolCreate: t.field({
      type: WorkerPool,
      access: 'pool:write',
      action: 'worker-pool.create',
      args: {
        ...settings,
        ...csr,
        managedBy: t.arg.string({
          description:
            'The WorkerPool that it is for, as namespace/name: people do not change it then. Keys of the role worker-pool-controller alone may say so.',
        }),
      },
      resolve: (_root, args, context) => context.admin.createPool({ ...args, managedBy: managerOf(args, context) }),
    }),
    workerPoolUpdate: t.field({
      type: WorkerPool,
      access: 'pool:write',
      action: 'worker-pool.update',
      description: 'What is left out or null is as in a new pool. The token stays.',
      args: {
        ...pool,
        ...settings,
        version: t.arg.string({ description: 'Of the pool as one saw it: refused when it has another one by now.' }),
      },
      resolve: (_root, { id, version, ...args }, context) =>
        context.admin.updatePool(id, { ...args, ...(isGiven(version) ? { seen: version } : {}) }, keeperOf(context)),
    }),
    workerPoolReset: t.field({
      type: WorkerPool,
      access: 'pool:reset',
      action: 'worker-pool.reset',
      description: RESETS,
      args: { ...pool, ...csr },
      resolve: (_root, { id, certificateSigningRequest }, context) =>
        context.admin.resetPool(id, certificateSigningRequest, keeperOf(context)),
    }),
    workerPoolDelete: t.field({
      type: WorkerPool,
      access: 'pool:write',
      action: 'worker-pool.delete',
      nullable: true,
      args: pool,
      resolve: (_root, { id }, context) => context.admin.deletePool(id, keeperOf(context)),
    }),
    workerPoolCycle: t.field({
      type: 'Boolean',
      access: 'worker:write',
      action: 'worker-pool.cycle',
      description: 'Replaces every worker: idle ones go at once, busy ones after their run.',
      args: pool,
      resolve: (_root, { id }, { admin }) => admin.cyclePool(id).then(() => true),
    }),
    workerDrainSet: t.field({
      type: Worker,
      access: 'worker:write',
      action: 'worker.drain',
      args: {
        workerPool: t.arg.id({ required: true }),
        id: t.arg.id({ required: true }),
        drain: t.arg.boolean({ required: true }),
      },
      resolve: (_root, { workerPool, id, drain }, { admin }) => admin.setDrained(workerPool, id, drain),
    }),
  };
});

builder.mutationField('workerPoolUnlock', (t) =>
  t.field({
    type: WorkerPool,
    access: 'pool:unlock',
    action: 'worker-pool.unlock',
    description: 'Lets people change a pool that a cluster manages.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.unlockPool(id),
  }),
);
