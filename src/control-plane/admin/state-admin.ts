import type { Readable } from 'node:stream';
import { audited, auditedTransaction, fieldsOf, unchanged } from '../audit/audited';
import { RequestError } from '../errors';
import type { PersonContext } from '../queue/context';
import { stackTopic } from '../queue/wakeups';
import { livingLock } from '../state/locks';
import type { OpenedState, States, WriteTransaction } from '../state/states';
import type { Tables } from '../store';
import type { StackRecord, StateLock, StateVersion } from '../store/records';

/** What people may do with the states that are kept for stacks. */
export class StateAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly states: States,
    private readonly stackOf: (nameOrId: string) => Promise<StackRecord>,
  ) {}

  /** The newest version; null when there is none. */
  async newest(stackId: string): Promise<StateVersion | null> {
    return (await this.tables.states.find(stackId)) ?? null;
  }

  /** Null when it is not kept, or not any more. */
  async version(stackId: string, number: number): Promise<StateVersion | null> {
    return (await this.tables.states.find(stackId, number)) ?? null;
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
    const stack = await this.stackOf(nameOrId);
    return this.states.write({ stackId: stack.id, content, runId: null, within: this.writing('state.push', stack) });
  }

  /** Makes a former version the newest one, unless that has the same content. */
  async restore(nameOrId: string, number: number): Promise<StateVersion> {
    const stack = await this.stackOf(nameOrId);
    const { content } = await this.require(stack, number);
    const within = this.writing('state.restore', stack);
    return this.states.write({
      stackId: stack.id,
      content,
      runId: null,
      restoredFrom: number,
      overrules: true,
      within,
    });
  }

  /** Takes a lock from whoever holds it. @returns the lock that was taken */
  async unlock(nameOrId: string): Promise<StateLock> {
    const { id, name } = await this.stackOf(nameOrId);
    return auditedTransaction(this.context, 'state.unlock', async (tx) => {
      await tx.stacks.hold(id);
      const lock = await tx.states.lockOf(id);
      if (!lock) throw new RequestError('not-found', `the state of stack ${name} is not locked`);
      await tx.states.unlock(id);
      await tx.notify([stackTopic(id)]);
      return audited(lock, { object: { id, name }, changes: { lockedByRun: { from: lock.runId } } });
    });
  }

  /** The transaction in which a version of a state is written by a person. */
  private writing(action: 'state.push' | 'state.restore', { id, name }: StackRecord): WriteTransaction {
    return (work) =>
      auditedTransaction(this.context, action, async (tx) => {
        const written = await work(tx);
        const { number, serial, lineage, bytes, restoredFrom } = written.version;
        if (!written.isNew) return unchanged(written);
        await tx.notify([stackTopic(id)]);
        const changes = fieldsOf({ version: number, serial, lineage, bytes, restoredFrom });
        return audited(written, { object: { id, name }, changes });
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
