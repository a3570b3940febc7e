import type { Readable } from 'node:stream';
import { RequestError } from '../errors';
import type { QueueContext } from '../queue/context';
import { livingLock } from '../state/locks';
import type { OpenedState, States } from '../state/states';
import type { Tables } from '../store';
import type { StackRecord, StateLock, StateVersion } from '../store/records';

/** What people may do with the states that are kept for stacks. */
export class StateAdmin {
  constructor(
    private readonly context: QueueContext,
    private readonly states: States,
    private readonly stackOf: (nameOrId: string) => Promise<StackRecord>,
  ) {}

  /** The newest version; null when there is none. */
  async newest(stackId: string): Promise<StateVersion | null> {
    return (await this.tables.states.find(stackId)) ?? null;
  }

  /** Newest first. */
  versions(stackId: string, limit: number): Promise<StateVersion[]> {
    return this.tables.states.list(stackId, limit);
  }

  /** Null when nobody has locked it, or only a run that has ended. */
  async lock(stackId: string): Promise<StateLock | null> {
    return (await livingLock(this.tables, stackId)) ?? null;
  }

  /** The newest version, or that of a number. */
  async pull(nameOrId: string, number?: number): Promise<OpenedState> {
    const stack = await this.stackOf(nameOrId);
    return this.require(stack, number);
  }

  /** Takes a state from elsewhere; refused when it does not follow the newest version. */
  async push(nameOrId: string, content: Readable): Promise<StateVersion> {
    const { id: stackId } = await this.stackOf(nameOrId);
    return this.states.write({ stackId, content, runId: null });
  }

  /** Makes a former version the newest one. */
  async restore(nameOrId: string, number: number): Promise<StateVersion> {
    const stack = await this.stackOf(nameOrId);
    const { content } = await this.require(stack, number);
    return this.states.write({ stackId: stack.id, content, runId: null, restoredFrom: number, overrules: true });
  }

  /** Takes a lock from whoever holds it. @returns the lock that was taken */
  async unlock(nameOrId: string): Promise<StateLock> {
    const { id, name } = await this.stackOf(nameOrId);
    return this.context.store.transaction(async (tx) => {
      await tx.stacks.hold(id);
      const lock = await tx.states.lockOf(id);
      if (!lock) throw new RequestError('not-found', `the state of stack ${name} is not locked`);
      await tx.states.unlock(id);
      return lock;
    });
  }

  private async require({ id, name }: StackRecord, number: number | undefined): Promise<OpenedState> {
    const state = await this.states.read(id, number);
    if (state) return state;
    const what = number === undefined ? 'no state' : `no version ${number} of a state`;
    throw new RequestError('not-found', `the control plane keeps ${what} for stack ${name}`);
  }

  private get tables(): Tables {
    return this.context.store.read;
  }
}
