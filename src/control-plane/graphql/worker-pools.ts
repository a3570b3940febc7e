import type { AdminService, Pool } from '../admin/admin-service';
import type { WorkerRecord } from '../store/records';
import { builder, seconds, type RequestContext } from './builder';

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
      description: "The pool's token. Without the private key it proves nothing.",
    }),
    description: t.exposeString('description', { nullable: true }),
    labels: t.exposeStringList('labels'),
    space: t.exposeID('space'),
    driftDetectionRunLimit: t.exposeInt('driftDetectionRunLimit', { nullable: true }),
    pendingRuns: t.int({ resolve: ({ id }, _args, { admin }) => admin.pendingRuns(id) }),
    busyWorkers: t.int({ resolve: async (pool, _args, context) => (await countOf(pool, context)).busy }),
    workersCount: t.int({ resolve: async (pool, _args, context) => (await countOf(pool, context)).registered }),
    workers: t.field({ type: [Worker], resolve: ({ id }, _args, { admin }) => admin.workers(id) }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
  }),
});

const counts = new WeakMap<Pool, ReturnType<AdminService['countWorkers']>>();

/** Counted once for all fields of a pool that need it. */
function countOf(pool: Pool, { admin }: RequestContext): ReturnType<AdminService['countWorkers']> {
  const known = counts.get(pool) ?? admin.countWorkers(pool.id);
  counts.set(pool, known);
  return known;
}

builder.queryFields((t) => ({
  workerPools: t.field({ type: [WorkerPool], resolve: (_root, _args, { admin }) => admin.pools() }),
  workerPool: t.field({
    type: WorkerPool,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.pool(id),
  }),
}));

builder.mutationFields((t) => ({
  workerPoolCreate: t.field({
    type: WorkerPool,
    args: {
      name: t.arg.string({ required: true }),
      certificateSigningRequest: t.arg.string({ required: true }),
      description: t.arg.string(),
      labels: t.arg.stringList(),
      space: t.arg.id(),
      driftDetectionRunLimit: t.arg.int(),
    },
    resolve: (_root, args, { admin }) => admin.createPool(args),
  }),
  workerPoolReset: t.field({
    type: WorkerPool,
    args: { id: t.arg.id({ required: true }), certificateSigningRequest: t.arg.string({ required: true }) },
    resolve: (_root, { id, certificateSigningRequest }, { admin }) => admin.resetPool(id, certificateSigningRequest),
  }),
  workerPoolDelete: t.field({
    type: WorkerPool,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.deletePool(id),
  }),
  workerDrainSet: t.field({
    type: Worker,
    args: {
      workerPool: t.arg.id({ required: true }),
      id: t.arg.id({ required: true }),
      drain: t.arg.boolean({ required: true }),
    },
    resolve: (_root, { workerPool, id, drain }, { admin }) => admin.setDrained(workerPool, id, drain),
  }),
}));
