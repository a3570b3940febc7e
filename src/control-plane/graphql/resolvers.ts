import type { NewPool, NewRun, NewStack, StackChange } from '../admin/input';
import type { AdminService, Pool } from '../admin/admin-service';
import type { ApiKeys } from '../identity/api-keys';
import { RequestError } from '../errors';
import { isTerminal } from '../queue/transitions';
import type { RunRecord, StackRecord, WorkerRecord } from '../store/records';

/** Of one request. */
export interface RequestContext {
  /** The id of the API key; undefined when nobody is logged in. */
  readonly user: string | undefined;
  /** Carries out a log-in, and counts it where it fails. @throws RequestError after too many */
  readonly logIn: <T>(prove: () => Promise<T>) => Promise<T>;
}

type Resolver<A> = (args: A, context: RequestContext) => unknown;

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** The root of queries and mutations over the admin API. */
export function rootResolvers(admin: AdminService, apiKeys: ApiKeys): Record<string, Resolver<never>> {
  return {
    viewer: (_args, { user }) => (user === undefined ? null : { id: user, name: user }),
    apiKeyUser: async ({ id, secret }: { id: string; secret: string }, { logIn }) => {
      const made = await logIn(() => apiKeys.exchange(id, secret));
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

function queries(admin: AdminService): Record<string, Resolver<never>> {
  return {
    // Empty as on the hosted service: clients then assume that every operation they know exists.
    debugInfo: () => ({ selfHostedVersion: '' }),
    workerPools: async () => (await admin.pools()).map((pool) => poolType(admin, pool)),
    workerPool: async ({ id }: { id: string }) => orNull(await admin.pool(id), (pool) => poolType(admin, pool)),
    stacks: async () => (await admin.stacks()).map((stack) => stackType(admin, stack)),
    stack: async ({ id }: { id: string }) => orNull(await admin.stack(id), (stack) => stackType(admin, stack)),
    run: async ({ id }: { id: string }) => orNull(await admin.run(id), (run) => runType(admin, run)),
    runs: async ({
      stack,
      workerPool,
      first,
    }: {
      stack?: string | null;
      workerPool?: string | null;
      first?: number | null;
    }) =>
      (
        await admin.runs({
          ...(stack ? { stack } : {}),
          ...(workerPool ? { pool: workerPool } : {}),
          ...(typeof first === 'number' ? { limit: Math.max(0, first) } : {}),
        })
      ).map((run) => runType(admin, run)),
  };
}

function mutations(admin: AdminService): Record<string, Resolver<never>> {
  return {
    workerPoolCreate: async (args: NewPool) => poolType(admin, await admin.createPool(args)),
    workerPoolReset: async (args: { id: string; certificateSigningRequest: string }) =>
      poolType(admin, await admin.resetPool(args.id, args.certificateSigningRequest)),
    workerPoolDelete: async ({ id }: { id: string }) => poolType(admin, await admin.deletePool(id)),
    workerDrainSet: async (args: { workerPool: string; id: string; drain: boolean }) =>
      workerType(await admin.setDrained(args.workerPool, args.id, args.drain)),
    stackCreate: async (args: StackArguments) => stackType(admin, await admin.createStack(newStack(args))),
    stackUpdate: async (args: StackChangeArguments) =>
      stackType(admin, await admin.updateStack(args.stack, stackChange(args))),
    stackDelete: async ({ stack }: { stack: string }) => stackType(admin, await admin.deleteStack(stack)),
    runTrigger: async (args: { stack: string; runType?: NewRun['type'] | null; autoDeploy?: boolean | null }) =>
      runType(
        admin,
        await admin.createRun({
          stack: args.stack,
          ...(args.runType ? { type: args.runType } : {}),
          ...(typeof args.autoDeploy === 'boolean' ? { autoDeploy: args.autoDeploy } : {}),
        }),
      ),
    runConfirm: async (args: RunArguments) => runType(admin, await admin.confirm(await runOf(admin, args))),
    runDiscard: async (args: RunArguments) => runType(admin, await admin.discard(await runOf(admin, args))),
    runStop: async (args: RunArguments) =>
      runType(admin, await admin.stop(await runOf(admin, args), args.note ?? undefined)),
    runCancel: async (args: RunArguments) => runType(admin, await admin.stop(await runOf(admin, args))),
  };
}

interface RunArguments {
  readonly stack?: string | null;
  readonly run: string;
  readonly note?: string | null;
}

/** The id of the run; where a stack is given, too, it must be the run's. */
async function runOf(admin: AdminService, { run, stack }: RunArguments): Promise<string> {
  const ofStack = (await admin.run(run))?.stackId;
  if (stack && ofStack !== undefined && (await admin.stack(stack))?.id !== ofStack) {
    throw new RequestError('not-found', `run ${run} not found in stack ${stack}`);
  }
  return run;
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
    environment: variables(args.environment ?? []),
  };
}

type StackChangeArguments = Partial<Omit<StackArguments, 'name'>> & {
  readonly stack: string;
  readonly unsetEnvironment?: readonly string[] | null;
};

/** GraphQL tells an argument of null from none; both mean that it stays as it is. */
function stackChange(args: StackChangeArguments): StackChange {
  const { workerPool, tool, projectRoot, runnerImage, autoDeploy, environment, unsetEnvironment } = args;
  return {
    ...(workerPool ? { pool: workerPool } : {}),
    ...(tool ? { tool } : {}),
    ...(typeof projectRoot === 'string' ? { projectRoot } : {}),
    ...(typeof runnerImage === 'string' ? { runnerImage } : {}),
    ...(typeof autoDeploy === 'boolean' ? { autoDeploy } : {}),
    ...(environment ? { environment: variables(environment) } : {}),
    ...(unsetEnvironment ? { unsetEnvironment } : {}),
  };
}

function variables(list: readonly { readonly name: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function poolType(admin: AdminService, pool: Pool) {
  let known: ReturnType<AdminService['countWorkers']> | undefined;
  const count = () => (known ??= admin.countWorkers(pool.id));
  return {
    ...pool,
    createdAt: seconds(pool.createdAt),
    updatedAt: seconds(pool.updatedAt),
    pendingRuns: () => admin.pendingRuns(pool.id),
    busyWorkers: async () => (await count()).busy,
    workersCount: async () => (await count()).registered,
    workers: async () => (await admin.workers(pool.id)).map(workerType),
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

function stackType(admin: AdminService, stack: StackRecord) {
  return {
    ...stack,
    createdAt: seconds(stack.createdAt),
    environment: () => admin.environmentNames(stack.id),
    hasSource: stack.source !== null,
    workerPool: async () => orNull(await admin.pool(stack.poolId), (pool) => poolType(admin, pool)),
  };
}

function runType(admin: AdminService, run: RunRecord) {
  return {
    ...run,
    waitsFor: () => admin.waitsFor(run),
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
