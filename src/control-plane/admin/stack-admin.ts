import type { Readable } from 'node:stream';
import { environmentRefusal } from '../../protocol/environment';
import type { NewStack, StackChange } from './input';
import { RequestError } from '../errors';
import { checkStackName, idOf, projectFolder } from '../names';
import type { QueueContext } from '../queue/context';
import type { Blobs } from '../blobs';
import type { PoolRecord, StackRecord } from '../store/records';

/** What people may do with stacks. */
export class StackAdmin {
  constructor(
    private readonly context: QueueContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => PoolRecord,
  ) {}

  create(input: NewStack): StackRecord {
    const { store, newId, now } = this.context;
    const name = checkStackName(input.name);
    if (store.stacks.find(name)) {
      throw new RequestError('malformed', `stack ${name} exists already: upload a new source, or take another name`);
    }
    store.stacks.insert({
      id: newId(),
      name,
      poolId: this.poolOf(input.pool).id,
      tool: input.tool ?? 'OPENTOFU',
      projectRoot: projectFolder(input.projectRoot ?? ''),
      runnerImage: input.runnerImage || null,
      autoDeploy: input.autoDeploy ?? false,
      environment: usable(input.environment ?? {}),
      source: null,
      createdAt: now(),
    });
    return this.require(name);
  }

  update(nameOrId: string, change: StackChange): StackRecord {
    const { store } = this.context;
    return store.transaction(() => {
      const stack = this.require(nameOrId);
      const pool = change.pool === undefined ? undefined : this.poolOf(change.pool);
      if (pool && pool.id !== stack.poolId) this.refuseUnfinished(stack, 'move it to another pool');
      const { environment, unsetEnvironment = [], projectRoot, runnerImage, ...rest } = change;
      const kept = Object.entries(stack.environment).filter(([name]) => !unsetEnvironment.includes(name));
      store.stacks.update({
        ...stack,
        poolId: pool?.id ?? stack.poolId,
        tool: rest.tool ?? stack.tool,
        autoDeploy: rest.autoDeploy ?? stack.autoDeploy,
        projectRoot: projectRoot === undefined ? stack.projectRoot : projectFolder(projectRoot),
        runnerImage: runnerImage === undefined ? stack.runnerImage : runnerImage || null,
        environment: usable({ ...Object.fromEntries(kept), ...environment }),
      });
      return this.require(stack.id);
    });
  }

  delete(nameOrId: string): StackRecord {
    const { store, now } = this.context;
    return store.transaction(() => {
      const stack = this.require(nameOrId);
      this.refuseUnfinished(stack, 'delete it');
      store.stacks.delete(stack.id, now());
      return stack;
    });
  }

  find(nameOrId: string): StackRecord | null {
    return this.context.store.stacks.find(nameOrId) ?? this.context.store.stacks.find(idOf(nameOrId)) ?? null;
  }

  list(): StackRecord[] {
    return this.context.store.stacks.list();
  }

  async uploadSource(nameOrId: string, archive: Readable): Promise<StackRecord> {
    const stack = this.require(nameOrId);
    const source = await this.blobs.store.write('sources', stack.id, archive);
    const { store } = this.context;
    const before = store.transaction(() => {
      const replaced = store.stacks.find(stack.id)?.source ?? null;
      store.stacks.setSource(stack.id, source);
      return replaced;
    });
    await this.blobs.unused.release('sources', before);
    return this.require(stack.id);
  }

  require(nameOrId: string): StackRecord {
    const stack = this.find(nameOrId);
    if (!stack) throw new RequestError('not-found', `stack ${nameOrId} not found`);
    return stack;
  }

  private refuseUnfinished(stack: StackRecord, intent: string): void {
    const unfinished = this.context.store.runs.countUnfinishedOfStack(stack.id);
    if (unfinished === 0) return;
    const runs = unfinished === 1 ? 'an unfinished run' : `${unfinished} unfinished runs`;
    throw new RequestError('malformed', `stack ${stack.name} has ${runs}: stop them, or let them end, then ${intent}`);
  }
}

/** @throws RequestError `malformed` that names what no run can have in its environment */
function usable(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const refusal = environmentRefusal(environment);
  if (refusal !== undefined) throw new RequestError('malformed', refusal);
  return environment;
}
