import type { Readable } from 'node:stream';
import type { NewStack, StackChange } from './input';
import { audited, auditedTransaction, differences, fieldsOf, unchanged, type Audited } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { checkImage, checkNewId, checkStackName, idOf, projectFolder } from '../names';
import type { PersonContext } from '../queue/context';
import { depend, refuseDependedOn, undepend } from '../queue/dependencies';
import { poolTopic, stackTopic } from '../queue/wakeups';
import type { Blobs } from '../blobs';
import type { Tables, Transaction } from '../store';
import { changedTool, toolSettings } from './tool-settings';
import { isUniqueViolation } from '../store/database/database';
import type { FieldChanges } from '../store/audit-trail';
import type { PoolRecord, StackDependency, StackRecord } from '../store/records';
import { usable } from './new-run';
import { refuseUnfinished } from './unfinished';
import { refuseOutdated, stackVersion } from './versions';

/** What people may do with stacks. */
export class StackAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => Promise<PoolRecord>,
  ) {}

  async create(input: NewStack): Promise<StackRecord> {
    const { newId, now } = this.context;
    const name = checkStackName(input.name);
    const pool = await this.poolOf(input.pool);
    const stack: StackRecord = {
      id: input.id === undefined ? newId() : checkNewId(input.id),
      name,
      poolId: pool.id,
      ...toolSettings({ ...input, tool: input.tool ?? 'OPENTOFU' }),
      projectRoot: projectFolder(input.projectRoot ?? ''),
      runnerImage: checkImage(input.runnerImage ?? '') || null,
      autoDeploy: input.autoDeploy ?? false,
      source: null,
      createdAt: now(),
      driftCheckedAt: null,
      driftedSince: null,
    };
    const environment = usable(input.environment ?? {});
    try {
      await auditedTransaction(this.context, 'stack.create', async (tx) => {
        await tx.stacks.insert(stack, environment);
        await tellOf(tx, stack);
        return audited(undefined, { object: stack, changes: fieldsOf(auditable(stack, environment)) });
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
    return auditedTransaction(this.context, 'stack.update', async (tx) => {
      const stack = await locked(tx, id);
      refuseOutdated(stackVersion(stack), change.seen, `stack ${stack.name}`);
      if (pool && pool.id !== stack.poolId) await requireAllEnded(tx, stack, 'move it to another pool');
      const { environment, unsetEnvironment = [] } = change;
      const unset = new Set(unsetEnvironment);
      const both = Object.keys(environment ?? {}).find((name) => unset.has(name));
      if (both !== undefined) {
        throw malformed('unsetEnvironment', `environment variable ${both} is to be set and unset: give one of both`);
      }
      const before = await tx.stacks.environment(id);
      const kept = Object.entries(before).filter(([name]) => !unset.has(name));
      const changed: StackRecord = { ...withSettings(stack, change), poolId: pool?.id ?? stack.poolId };
      const after = usable({ ...Object.fromEntries(kept), ...environment });
      const changes = stackDifferences({ stack, environment: before }, { stack: changed, environment: after });
      if (Object.keys(changes).length === 0) return unchanged(changed);
      await tx.stacks.update(changed, after);
      await tellOf(tx, stack, changed);
      return audited(changed, { object: changed, changes });
    });
  }

  async delete(nameOrId: string): Promise<StackRecord> {
    const { now } = this.context;
    const { id } = await this.require(nameOrId);
    const { stack, states } = await auditedTransaction(this.context, 'stack.delete', async (tx) => {
      await tx.dependencies.holdAll();
      const stack = await locked(tx, id);
      await requireAllEnded(tx, stack, 'delete it');
      await refuseDependedOn(tx, stack);
      await tx.dependencies.deleteOf(stack.id);
      await tx.stacks.delete(stack.id, now());
      await tellOf(tx, stack);
      await tx.runEnvironments.deleteOfStack(stack.id);
      await tx.runInputs.deleteOfStack(stack.id);
      await tx.outputs.delete(stack.id);
      await tx.drift.delete(stack.id);
      await tx.states.unlock(stack.id);
      return audited({ stack, states: await tx.states.deleteAllBut(stack.id, 0) }, { object: stack });
    });
    await this.blobs.unused.release('sources', stack.source);
    for (const blob of states) await this.blobs.unused.release('states', blob);
    return stack;
  }

  /** Lets tracked runs of a stack follow those of another. */
  async depend(stack: string, dependsOn: string): Promise<StackDependency> {
    const { id: stackId } = await this.require(stack);
    const { id: dependsOnStackId } = await this.require(dependsOn, 'dependsOnStackId');
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
    const replace = async (tx: Transaction): Promise<Audited<string | null>> => {
      const { source: before } = await locked(tx, stack.id);
      await tx.stacks.setSource(stack.id, source);
      await tellOf(tx, stack);
      return audited(before, { object: stack, changes: differences({ source: before }, { source }, ['source']) });
    };
    // Of a stack that was deleted meanwhile it is the new one that nobody needs.
    let unneeded: string | null = source;
    try {
      unneeded = await auditedTransaction(this.context, 'stack.upload-source', replace);
    } finally {
      await this.blobs.unused.release('sources', unneeded);
    }
    return this.require(stack.id);
  }

  /** @param field that names it, where that is an input of many */
  async require(nameOrId: string, field?: string): Promise<StackRecord> {
    const stack = await this.find(nameOrId);
    if (!stack) throw notFound(nameOrId, field);
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

function notFound(nameOrId: string, field?: string): RequestError {
  const options = field === undefined ? {} : { field };
  return new RequestError('not-found', `stack ${nameOrId} not found`, undefined, options);
}

/** What is left out stays. */
function withSettings(stack: StackRecord, change: StackChange): StackRecord {
  const { projectRoot, runnerImage, autoDeploy } = change;
  return {
    ...stack,
    ...changedTool(stack, change),
    autoDeploy: autoDeploy ?? stack.autoDeploy,
    projectRoot: projectRoot === undefined ? stack.projectRoot : projectFolder(projectRoot),
    runnerImage: runnerImage === undefined ? stack.runnerImage : checkImage(runnerImage ?? '') || null,
  };
}

/** What the audit trail may tell of a stack: of its environment the names. */
function auditable(stack: StackRecord, environment: Readonly<Record<string, string>>) {
  const { poolId, tool, toolVersion, playbook, projectRoot, runnerImage, autoDeploy, managesState } = stack;
  return {
    poolId,
    tool,
    toolVersion,
    playbook,
    projectRoot,
    runnerImage,
    autoDeploy,
    managesState,
    environment: Object.keys(environment).sort(),
  };
}

interface Configured {
  readonly stack: StackRecord;
  readonly environment: Readonly<Record<string, string>>;
}

function stackDifferences(before: Configured, after: Configured): FieldChanges {
  const [was, is] = [before, after].map(({ stack, environment }) => auditable(stack, environment));
  const names = Object.keys(is!) as (keyof ReturnType<typeof auditable>)[];
  const replaced = Object.keys(after.environment).filter(
    (name) => Object.hasOwn(before.environment, name) && before.environment[name] !== after.environment[name],
  );
  const changes = differences(was!, is!, names);
  return replaced.length === 0 ? changes : { ...changes, replacedVariables: { to: replaced.sort() } };
}

async function requireAllEnded({ runs }: Tables, { id, name }: StackRecord, intent: string): Promise<void> {
  refuseUnfinished(await runs.countUnfinishedOfStack(id), `stack ${name}`, intent);
}
