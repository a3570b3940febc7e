import type { AdminApi, NewPool, NewRun, NewStack } from '../admin';
import type { ApiKeys } from '../api-key';
import { RequestError } from '../errors';
import { isTerminal } from '../queue/transitions';
import type { PoolRecord, RunRecord, StackRecord, WorkerRecord } from '../store/records';

/** Of one request. */
export interface RequestContext {
  /** The id of the API key; undefined when nobody is logged in. */
  readonly user: string | undefined;
}

type Resolver<A> = (args: A, context: RequestContext) => unknown;

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** The root of queries and mutations over the admin API. */
export function rootResolvers(admin: AdminApi, apiKeys: ApiKeys): Record<string, Resolver<never>> {
  return {
    viewer: (_args, { user }) => (user === undefined ? null : { id: user, name: user }),
    apiKeyUser: async ({ id, secret }: { id: string; secret: string }) => {
      const made = await apiKeys.exchange(id, secret);
      if (!made) throw new RequestError('unauthorized', 'unauthorized: no API key has this id and secret');
      return made;
    },
    ...loggedIn(queries(admin)),
    ...loggedIn(mutations(admin)),
  };
}

/** Everything else needs a user. */
function loggedIn(resolvers: Record<string, Resolver<never>>): Record<string, Resolver<never>> {
  const guard =
    (resolve: Resolver<never>): Resolver<never> =>
    (args, context) => {
      if (context.user === undefined)
        throw new RequestError('unauthorized', 'unauthorized: log in with apiKeyUser first');
      return resolve(args, context);
    };
  return Object.fromEntries(Object.entries(resolvers).map(([name, resolve]) => [name, guard(resolve)]));
}

function queries(admin: AdminApi): Record<string, Resolver<never>> {
  return {
    // Empty as on the hosted service: clients then assume that every operation they know exists.
    debugInfo: () => ({ selfHostedVersion: '' }),
    workerPools: () => admin.pools().map((pool) => poolType(admin, pool)),
    workerPool: ({ id }: { id: string }) => orNull(admin.pool(id), (pool) => poolType(admin, pool)),
    stacks: () => admin.stacks().map((stack) => stackType(admin, stack)),
    stack: ({ id }: { id: string }) => {
      const found = admin.stacks().find((stack) => stack.id === id || stack.name === id);
      return orNull(found, (stack) => stackType(admin, stack));
    },
    run: ({ id }: { id: string }) => orNull(admin.run(id), runType),
    runs: ({
      stack,
      workerPool,
      first,
    }: {
      stack?: string | null;
      workerPool?: string | null;
      first?: number | null;
    }) =>
      admin
        .runs({
          ...(stack ? { stack } : {}),
          ...(workerPool ? { pool: workerPool } : {}),
          ...(first ? { limit: Math.max(1, first) } : {}),
        })
        .map(runType),
  };
}

function mutations(admin: AdminApi): Record<string, Resolver<never>> {
  return {
    workerPoolCreate: async (args: NewPool) => poolType(admin, await admin.createPool(args)),
    workerPoolReset: async (args: { id: string; certificateSigningRequest: string }) =>
      poolType(admin, await admin.resetPool(args.id, args.certificateSigningRequest)),
    workerPoolDelete: ({ id }: { id: string }) => poolType(admin, admin.deletePool(id)),
    workerDrainSet: (args: { workerPool: string; id: string; drain: boolean }) =>
      workerType(admin.setDrained(args.workerPool, args.id, args.drain)),
    stackCreate: (args: StackArguments) => stackType(admin, admin.createStack(newStack(args))),
    runTrigger: (args: { stack: string; runType?: NewRun['type'] | null; autoDeploy?: boolean | null }) =>
      runType(
        admin.createRun({
          stack: args.stack,
          ...(args.runType ? { type: args.runType } : {}),
          ...(typeof args.autoDeploy === 'boolean' ? { autoDeploy: args.autoDeploy } : {}),
        }),
      ),
    runConfirm: ({ run }: { run: string }) => runType(admin.confirm(run)),
    runDiscard: ({ run }: { run: string }) => runType(admin.discard(run)),
    runStop: ({ run, note }: { run: string; note?: string | null }) => runType(admin.stop(run, note ?? undefined)),
    runCancel: ({ run }: { run: string }) => runType(admin.stop(run)),
  };
}

interface StackArguments {
  readonly name: string;
  readonly workerPool: string;
  readonly tool?: NewStack['tool'] | null;
  readonly projectRoot?: string | null;
  readonly runnerImage?: string | null;
  readonly autoDeploy?: boolean | null;
  readonly environment?: readonly { name: string; value: string }[] | null;
}

function newStack(args: StackArguments): NewStack {
  return {
    name: args.name,
    pool: args.workerPool,
    tool: args.tool ?? 'OPENTOFU',
    projectRoot: args.projectRoot ?? '',
    runnerImage: args.runnerImage ?? null,
    autoDeploy: args.autoDeploy ?? false,
    environment: Object.fromEntries((args.environment ?? []).map(({ name, value }) => [name, value])),
  };
}

function poolType(admin: AdminApi, pool: PoolRecord) {
  const workers = () => admin.workers(pool.id);
  return {
    ...pool,
    createdAt: seconds(pool.createdAt),
    updatedAt: seconds(pool.updatedAt),
    pendingRuns: () => admin.pendingRuns(pool.id),
    busyWorkers: () => workers().filter((worker) => worker.runId !== null).length,
    workersCount: () => workers().length,
    workers: () => workers().map(workerType),
  };
}

function workerType(worker: WorkerRecord) {
  const busy = worker.runId !== null;
  const drained = worker.drained || worker.retiring;
  return {
    id: worker.id,
    name: worker.name,
    busy,
    drained,
    status: drained ? 'DRAINED' : busy ? 'BUSY' : 'IDLE',
    createdAt: seconds(worker.createdAt),
    availableAt: busy ? null : seconds(worker.availableAt),
    metadata: JSON.stringify(worker.metadata),
    run: worker.runId,
  };
}

function stackType(admin: AdminApi, stack: StackRecord) {
  return {
    ...stack,
    createdAt: seconds(stack.createdAt),
    hasSource: stack.source !== null,
    workerPool: () => orNull(admin.pool(stack.poolId), (pool) => poolType(admin, pool)),
  };
}

function runType(run: RunRecord) {
  return {
    ...run,
    workerPool: run.poolId,
    title: `${run.type === 'TRACKED' ? 'Tracked' : 'Proposed'} run of ${run.stackName}`,
    finished: isTerminal(run.state),
    createdAt: seconds(run.createdAt),
    updatedAt: seconds(run.updatedAt),
    finishedAt: run.finishedAt === null ? null : seconds(run.finishedAt),
  };
}

function orNull<T, R>(value: T | null | undefined, map: (value: T) => R): R | null {
  return value === null || value === undefined ? null : map(value);
}
