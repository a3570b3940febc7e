import type { Readable } from 'node:stream';
import type { NewStack, StackChange } from './input';
import { audited, auditedTransaction, unchanged } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { checkStackName, idOf } from '../names';
import type { PersonContext } from '../queue/context';
import { depend, refuseDependedOn, undepend } from '../queue/dependencies';
import type { Blobs } from '../blobs';
import type { Tables } from '../store';
import { isUniqueViolation } from '../store/database/database';
import type { PoolRecord, StackDependency, StackRecord } from '../store/records';
import { blobOfSource } from '../store/source-names';
import { namesOfCredentials } from './repository-input';
import { changeStack, forgetStack, insertStack, newStack, requireAllEnded, tellOf } from './stack-changes';
import { uploadSource } from './stack-uploads';
import { refuseOutdated, stackVersion } from './versions';

/** What people may do with stacks. */
export class StackAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => Promise<PoolRecord>,
  ) {}

  async create(input: NewStack): Promise<StackRecord> {
    checkStackName(input.name);
    const pool = await this.poolOf(input.pool);
    const configured = await newStack(input, { kind: 'stack', name: input.name, pool }, this.context);
    const { stack } = configured;
    const { name } = stack;
    try {
      await auditedTransaction(this.context, 'stack.create', async (tx) =>
        audited(undefined, { object: stack, changes: await insertStack(tx, configured) }),
      );
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
    const released: (string | null)[] = [];
    const updated = await auditedTransaction(this.context, 'stack.update', async (tx) => {
      const stack = await locked(tx, id);
      refuseOutdated(stackVersion(stack), change.seen, `stack ${stack.name}`);
      const { newId } = this.context;
      const { stack: changed, changes, released: blob } = await changeStack(tx, stack, change, { pool, newId });
      released.push(blob);
      if (Object.keys(changes).length === 0) return unchanged(changed);
      return audited(changed, { object: changed, changes });
    });
    for (const blob of released) await this.blobs.unused.release('sources', blob);
    return updated;
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
      await forgetStack(tx, stack, now());
      await tx.pushHooks.delete(stack.id);
      await tellOf(tx, stack);
      await tx.outputs.delete(stack.id);
      await tx.drift.delete(stack.id);
      await tx.states.unlock(stack.id);
      return audited({ stack, states: await tx.states.deleteAllBut(stack.id, 0) }, { object: stack });
    });
    await this.blobs.unused.release('sources', blobOfSource(stack.source));
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

  async credentialNames(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { repositories } = this.context.store.read;
    const found = await Promise.all(ids.map(async (id) => [id, await repositories.credentials(id)] as const));
    return new Map(found.map(([id, credentials]) => [id, namesOfCredentials(credentials)]));
  }

  async uploadSource(nameOrId: string, archive: Readable): Promise<StackRecord> {
    const stack = await this.require(nameOrId);
    await uploadSource(this.context, this.blobs, { stack, action: 'stack.upload-source', archive });
    return this.require(stack.id);
  }

  /** @param field that names it, where that is an input of many */
  async require(nameOrId: string, field?: string): Promise<StackRecord> {
    const stack = await this.find(nameOrId);
    if (!stack) throw notFound(nameOrId, field);
    return stack;
  }
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
