import type { Readable } from 'node:stream';
import type { LockInfo, LockRequest, LockResponse, UnlockRequest } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { Change } from '../queue/change';
import type { QueueContext } from '../queue/context';
import { requireKnown, requireRun, systemLog } from '../queue/lifecycle';
import { change, operation } from '../queue/operation';
import { noteUnderWay, requireUnderWay, type Attempted } from '../queue/pod-operations';
import { writesState } from '../queue/steps';
import type { Tables, Transaction } from '../store';
import type { RunRecord, StateLock } from '../store/records';
import { isLiving } from './locks';
import type { OpenedState, States } from './states';

/** What run Pods do with the states of their stacks. Only an attempt under way may do anything. */
export class PodStates {
  constructor(
    private readonly context: QueueContext,
    private readonly states: States,
  ) {}

  async read(who: Attempted, fence: number): Promise<OpenedState | undefined> {
    await noteUnderWay(this.context, who, fence);
    const { stackId } = await requireRunUnderWay(this.context.store.read, who, fence);
    return this.states.read(stackId);
  }

  /** @param lockId of the lock that the tool holds; undefined when it took none */
  async write(who: Attempted, fence: number, lockId: string | undefined, content: Readable): Promise<void> {
    await noteUnderWay(this.context, who, fence);
    const { stackId } = await requireRun(this.context.store.read, who.runId);
    const mayWrite = async (tables: Tables, tx?: Transaction): Promise<void> => {
      // The run is held, so that the attempt cannot end before its state is the newest one.
      await tx?.runs.lock(who.runId);
      await requireRunUnderWay(tables, who, fence, 'writes');
    };
    const holds = (lock: StateLock): boolean => isOf(lock, who, lockId);
    await this.states.write({ stackId, content, runId: who.runId, mayWrite, holds });
  }

  /** Locks the state; may be repeated. A lock whose attempt has ended holds nobody up. */
  async lock(who: Attempted, request: LockRequest): Promise<LockResponse> {
    await noteUnderWay(this.context, who, request.fence);
    return change(this.context, locking, { who, request });
  }

  /** Unlocks the state; may be repeated. */
  async unlock(who: Attempted, request: UnlockRequest): Promise<LockResponse> {
    await noteUnderWay(this.context, who, request.fence);
    return change(this.context, unlocking, { who, request });
  }
}

async function requireRunUnderWay(
  tables: Tables,
  who: Attempted,
  fence: number,
  intent: 'reads' | 'writes' = 'reads',
): Promise<RunRecord> {
  const run = await requireRun(tables, who.runId);
  const { startedAt, stage } = await requireUnderWay(tables, who, fence, run);
  if (startedAt === null) {
    throw new RequestError('fenced', `attempt ${who.attempt} of run ${who.runId} has not started`);
  }
  if (intent === 'writes' && !writesState(requireKnown(run), stage)) {
    throw new RequestError('conflict', 'a plan cannot write the state: only the stage applying and tasks can');
  }
  return run;
}

interface Said<Request> {
  readonly who: Attempted;
  readonly request: Request;
}

const locking = operation('state-lock', async (made: Change, { who, request }: Said<LockRequest>) => {
  const { tx, now } = made;
  const { fence, lock: info } = request;
  await tx.runs.lock(who.runId);
  const run = await requireRunUnderWay(tx, who, fence);
  await tx.stacks.hold(run.stackId);
  const before = await tx.states.lockOf(run.stackId);
  if (before && (await isLiving(tx, before))) {
    return { heldBy: isOf(before, who, info.ID) ? null : await told(tx, before) };
  }
  if (before) await release(made, before, who);
  const { runId, attempt } = who;
  await tx.states.lock({ stackId: run.stackId, lockId: info.ID, info, runId, attempt, createdAt: now });
  return { heldBy: null };
});

const unlocking = operation('state-unlock', async ({ tx }: Change, { who, request }: Said<UnlockRequest>) => {
  await tx.runs.lock(who.runId);
  const run = await requireRunUnderWay(tx, who, request.fence);
  await tx.stacks.hold(run.stackId);
  const lock = await tx.states.lockOf(run.stackId);
  if (!lock) return { heldBy: null };
  if (!isOf(lock, who, request.id)) return { heldBy: await told(tx, lock) };
  await tx.states.unlock(run.stackId);
  return { heldBy: null };
});

function isOf(lock: StateLock, { runId, attempt }: Attempted, lockId: string | undefined): boolean {
  return lock.runId === runId && lock.attempt === attempt && lock.lockId === lockId;
}

/** What the tool of another run shows of it. */
async function told({ runs }: Tables, { info, runId }: StateLock): Promise<LockInfo> {
  const state = (await runs.find(runId))?.state;
  return { ...info, Info: `run ${runId} holds it${state === undefined ? '' : ` (${state})`}` };
}

async function release(made: Change, { stackId, runId, createdAt }: StateLock, who: Attempted): Promise<void> {
  await made.tx.states.unlock(stackId);
  const since = new Date(createdAt).toISOString();
  await systemLog(
    made,
    who.runId,
    who.attempt,
    `The state was locked by run ${runId} since ${since}, whose Pod has ended without releasing it: the lock is released`,
  );
}
