import type { Readable } from 'node:stream';
import type { NewStack, StackChange } from './input';
import { malformed, RequestError } from '../errors';
import { checkImage, checkNewId, checkStackName, idOf, projectFolder } from '../names';
import type { QueueContext } from '../queue/context';
import { depend, refuseDependedOn, undepend } from '../queue/dependencies';
import { poolTopic, stackTopic } from '../queue/wakeups';
import type { Blobs } from '../blobs';
import type { Tables, Transaction } from '../store';
import { isUniqueViolation } from '../store/database/database';
import type { PoolRecord, StackDependency, StackRecord } from '../store/records';
import { usable } from './new-run';
import { refuseUnfinished } from './unfinished';
import { refuseOutdated, stackVersion } from './versions';

/** What people may do with stacks. */
export class StackAdmin {
  constructor(
    private readonly context: QueueContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => Promise<PoolRecord>,
  ) {}

  async create(input: NewStack): Promise<StackRecord> {
    const { store, newId, now } = this.context;
    const name = checkStackName(input.name);
    const pool = await this.poolOf(input.pool);
    const stack: StackRecord = {
      id: input.id === undefined ? newId() : checkNewId(input.id),
      name,
      poolId: pool.id,
      tool: input.tool ?? 'OPENTOFU',
      projectRoot: projectFolder(input.projectRoot ?? ''),
      runnerImage: checkImage(input.runnerImage ?? '') || null,
      autoDeploy: input.autoDeploy ?? false,
      source: null,
      managesState: input.managesState ?? true,
      createdAt: now(),
    };
    const environment = usable(input.environment ?? {});
    try {
      await store.transaction(async (tx) => {
        await tx.stacks.insert(stack, environment);
        await tellOf(tx, stack);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const before = await this.find(stack.id);
      if (before?.name === name) return before;
      throw malformed('name', `stack ${name} exists already: upload a new source, or take another name`);
    }
    return stack;
  }

  async update(nameOrId: string, change: StackChange): Promise<StackRecord> {
    const { id } = await this.require(nameOrId);
    const pool = change.pool === undefined ? undefined : await this.poolOf(change.pool);
    return this.context.store.transaction(async (tx) => {
      const stack = await locked(tx, id);
      refuseOutdated(stackVersion(stack), change.seen, `stack ${stack.name}`);
      if (pool && pool.id !== stack.poolId) await requireAllEnded(tx, stack, 'move it to another pool');
      const { environment, unsetEnvironment = [], projectRoot, runnerImage, ...rest } = change;
      const unset = new Set(unsetEnvironment);
      const both = Object.keys(environment ?? {}).find((name) => unset.has(name));
      if (both !== undefined) {
        throw malformed('unsetEnvironment', `environment variable ${both} is to be set and unset: give one of both`);
      }
      const kept = Object.entries(await tx.stacks.environment(id)).filter(([name]) => !unset.has(name));
      const changed: StackRecord = {
        ...stack,
        poolId: pool?.id ?? stack.poolId,
        tool: rest.tool ?? stack.tool,
        autoDeploy: rest.autoDeploy ?? stack.autoDeploy,
        managesState: rest.managesState ?? stack.managesState,
        projectRoot: projectRoot === undefined ? stack.projectRoot : projectFolder(projectRoot),
        runnerImage: runnerImage === undefined ? stack.runnerImage : checkImage(runnerImage ?? '') || null,
      };
      await tx.stacks.update(changed, usable({ ...Object.fromEntries(kept), ...environment }));
      await tellOf(tx, stack, changed);
      return changed;
    });
  }

  async delete(nameOrId: string): Promise<StackRecord> {
    const { store, now } = this.context;
    const { id } = await this.require(nameOrId);
    const { stack, states } = await store.transaction(async (tx) => {
      await tx.dependencies.holdAll();
      const stack = await locked(tx, id);
      await requireAllEnded(tx, stack, 'delete it');
      await refuseDependedOn(tx, stack);
      await tx.dependencies.deleteOf(stack.id);
      await tx.stacks.delete(stack.id, now());
      await tellOf(tx, stack);
      await tx.runEnvironments.deleteOfStack(stack.id);
      await tx.states.unlock(stack.id);
      return { stack, states: await tx.states.deleteAllBut(stack.id, 0) };
    });
    await this.blobs.unused.release('sources', stack.source);
    for (const blob of states) await this.blobs.unused.release('states', blob);
    return stack;
  }

  /** Lets tracked runs of a stack follow those of another. */
  async depend(stack: string, dependsOn: string): Promise<StackDependency> {
    const [{ id: stackId }, { id: dependsOnStackId }] = [await this.require(stack), await this.require(dependsOn)];
    return depend(this.context, { stackId, dependsOnStackId });
  }

  undepend(id: string): Promise<StackDependency> {
    return undepend(this.context, idOf(id));
  }

  async find(nameOrId: string): Promise<StackRecord | null> {
    const { stacks } = this.context.store.read;
    return (await stacks.find(nameOrId)) ?? (await stacks.find(idOf(nameOrId))) ?? null;
  }

  list(poolId?: string): Promise<StackRecord[]> {
    return this.context.store.read.stacks.list(poolId);
  }

  async environmentNames(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const environments = await this.context.store.read.stacks.environments(ids);
    return new Map([...environments].map(([id, environment]) => [id, Object.keys(environment).sort()]));
  }

  async uploadSource(nameOrId: string, archive: Readable): Promise<StackRecord> {
    const stack = await this.require(nameOrId);
    const source = await this.blobs.store.write('sources', stack.id, archive);
    const replace = async (tx: Transaction): Promise<string | null> => {
      const { source: before } = await locked(tx, stack.id);
      await tx.stacks.setSource(stack.id, source);
      await tellOf(tx, stack);
      return before;
    };
    // Of a stack that was deleted meanwhile it is the new one that nobody needs.
    let unneeded: string | null = source;
    try {
      unneeded = await this.context.store.transaction(replace);
    } finally {
      await this.blobs.unused.release('sources', unneeded);
    }
    return this.require(stack.id);
  }

  async require(nameOrId: string): Promise<StackRecord> {
    const stack = await this.find(nameOrId);
    if (!stack) throw notFound(nameOrId);
    return stack;
  }
}

/** Pages that show the stack are made anew, and those of its pool, which name it. */
async function tellOf(tx: Transaction, ...stacks: readonly Pick<StackRecord, 'id' | 'poolId'>[]): Promise<void> {
  await tx.notify([...new Set(stacks.flatMap(({ id, poolId }) => [stackTopic(id), poolTopic(poolId)]))]);
}

async function locked({ stacks }: Tables, id: string): Promise<StackRecord> {
  const stack = await stacks.lock(id);
  if (!stack) throw notFound(id);
  return stack;
}

function notFound(nameOrId: string): RequestError {
  return new RequestError('not-found', `stack ${nameOrId} not found`);
}

async function requireAllEnded({ runs }: Tables, { id, name }: StackRecord, intent: string): Promise<void> {
  refuseUnfinished(await runs.countUnfinishedOfStack(id), `stack ${name}`, intent);
}
