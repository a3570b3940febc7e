import type {
  HeartbeatRequest,
  HeartbeatResponse,
  LogsRequest,
  LogsResponse,
  OutcomeRequest,
  OutcomeResponse,
} from '../../protocol/messages';
import { RequestError } from '../errors';
import type { Tables } from '../store';
import type { AssignmentRecord, RunRecord } from '../store/records';
import type { Change } from './change';
import type { QueueContext } from './context';
import { noteSuccess } from './drift';
import {
  advance,
  attemptOf,
  endAttempt,
  endWithoutSuccess,
  lockAnyRun,
  lockRun,
  requireRun,
  systemLog,
} from './lifecycle';
import { change, operation } from './operation';
import { appliesPlan, takesTurns } from './run-types';
import { forgetUntold } from './untold-outputs';
import { runTopic } from './wakeups';

/** Who asks, as far as the address says. */
export interface Attempted {
  readonly poolId: string;
  readonly runId: string;
  readonly attempt: number;
}

/** The attempt that a Pod speaks for. @throws RequestError `not-found` or `fenced` */
export async function requireAttempt(
  tables: Tables,
  who: Attempted,
  fence: number,
  held?: RunRecord,
  made?: Change,
): Promise<AssignmentRecord> {
  const assignment = await findAttempt(tables, who, made);
  requireCurrent(held ?? (await requireRun(tables, who.runId)), assignment, who, fence);
  return assignment;
}

/** @throws RequestError `fenced` */
function requireCurrent(run: RunRecord, assignment: AssignmentRecord, who: Attempted, fence: number): void {
  if (assignment.fence !== fence || run.attempt !== who.attempt) {
    throw new RequestError(
      'fenced',
      `attempt ${who.attempt} of run ${who.runId} was given up: stop, another may hold the run`,
    );
  }
}

async function findAttempt({ assignments }: Tables, who: Attempted, made?: Change): Promise<AssignmentRecord> {
  const found = await assignments.look(who.runId, who.attempt);
  if (found) made?.tells(found.clock.reading, found.clock);
  if (found?.assignment.poolId === who.poolId) return found.assignment;
  throw new RequestError('not-found', `attempt ${who.attempt} of run ${who.runId} not found in this pool`);
}

/** The same, for what only an attempt under way may do. */
export async function requireUnderWay(
  tables: Tables,
  who: Attempted,
  fence: number,
  held?: RunRecord,
  made?: Change,
): Promise<AssignmentRecord> {
  const run = held ?? (await requireRun(tables, who.runId));
  const assignment = await requireAttempt(tables, who, fence, run, made);
  requireOpen(run, assignment);
  return assignment;
}

/** @throws RequestError `fenced` */
function requireOpen({ id, state }: RunRecord, { attempt, endedAt }: AssignmentRecord): void {
  if (endedAt !== null) throw new RequestError('fenced', `attempt ${attempt} of run ${id} is over (${state}): stop`);
}

/** Takes the word of a Pod as a sign of life. */
export async function hearPod(made: Change, { fence, heardLease }: AssignmentRecord): Promise<void> {
  const reading = await made.reading();
  if (heardLease !== reading) await made.tx.assignments.heard(fence, reading);
}

const UNKNOWN_POD = '';

/** Lets a Pod of a held run go on: from here on the attempt is never given to another. False when another was faster. */
export async function letStart(
  made: Change,
  run: RunRecord,
  assignment: AssignmentRecord,
  podUid: string,
  change: Pick<RunRecord, 'tool' | 'toolVersion' | 'playbook'> | undefined,
): Promise<boolean> {
  const { tx, now } = made;
  if (!(await tx.assignments.start(assignment.fence, podUid, now, await made.reading()))) return false;
  const event = run.type === 'TASK' || run.type === 'TESTING' ? 'start-task' : 'start';
  await advance(made, run, event, { ...change, ...(takesTurns(run.type) ? { holding: true } : {}) });
  made.touch(assignment.poolId, assignment.workerId);
  made.happened({ kind: 'started', ...attemptOf(assignment), assignedAt: assignment.createdAt });
  return true;
}

/** What the Pod of an attempt asks for. */
export interface Said<Request> {
  readonly who: Attempted;
  readonly request: Request;
}

const MIB = 1024 * 1024;

const cutLine = (limit: number): string =>
  `The log is cut here: it has reached ${limit / MIB} MiB, the most that is kept of a run. The run goes on`;

/** Stores log entries: what it acknowledges is durable, except behind the mark where a log was cut. */
export function appendLogs(context: QueueContext, who: Attempted, request: LogsRequest): Promise<LogsResponse> {
  return change(context, appending, { who, request });
}

const appending = operation(
  'logs',
  async (made: Change, { who, request }: Said<LogsRequest>): Promise<LogsResponse> => {
    const run = await lockAnyRun(made, who.runId);
    const assignment = await requireAttempt(made.tx, who, request.fence, run, made);
    await hearPod(made, assignment);
    const limit = made.settings.retention.logMiBPerRun * MIB;
    const isFull = limit > 0 && run.logBytes >= limit;
    const { logs } = made.tx;
    const { runId, attempt } = who;
    const appended = await logs.append(runId, attempt, request.writer, request.entries, !isFull);
    const { sequence, logBytes = 0, isFirst } = appended;
    if (isFirst && request.writer === 'relay' && assignment.startedAt !== null) {
      made.happened({ kind: 'first-line', ...attemptOf(assignment), startedAt: assignment.startedAt });
    }
    if (limit > 0 && logBytes >= limit) await systemLog(made, runId, attempt, cutLine(limit));
    made.runChanged(runId);
    return { acknowledged: sequence };
  },
);

/** Keeps the lease of a started attempt; answers as soon as it is to stop. */
export async function heartbeat(
  context: QueueContext,
  who: Attempted,
  request: HeartbeatRequest,
  signal: AbortSignal,
): Promise<HeartbeatResponse> {
  const { wakeups, store, clock } = context;
  const until = clock.monotonic() + request.waitSeconds * 1000;
  await change(context, beat, { who, fence: request.fence });
  for (;;) {
    const left = until - clock.monotonic();
    // Begun before the look, so that what happens after it is not missed.
    const sleep = wakeups.sleep(runTopic(who.runId), left, signal);
    try {
      const run = await requireRun(store.read, who.runId);
      const assignment = await requireAttempt(store.read, who, request.fence, run);
      // Its relay has told the outcome meanwhile, and may hear this before the answer to that.
      if (assignment.endedBy === 'relay') return { stop: null };
      requireOpen(run, assignment);
      if (run.stopReason !== null) return { stop: { reason: run.stopReason } };
      if (left <= 0 || signal.aborted || wakeups.isClosed) return { stop: null };
      await sleep.over;
    } finally {
      sleep.wake();
    }
  }
}

/**
 * Only a Pod that was let start keeps a lease, or has an outcome. When nothing is known of that start, the database was restored from a
 * backup made before it: it is noted again, so that the run is given to nobody else.
 */
const beat = operation('beat', async (made: Change, { who, fence }: { who: Attempted; fence: number }) => {
  const assignment = await requireUnderWay(made.tx, who, fence, undefined, made);
  if (assignment.startedAt !== null) {
    await hearPod(made, assignment);
    return;
  }
  await noteLostStart(made, await lockRun(made, who.runId), assignment);
});

/**
 * Takes the word of a Pod that is in the midst of its stage for what `beat` would: whatever of it comes first after the restore
 * of a backup must not be refused since the backup knows nothing of its start.
 */
export async function noteUnderWay(context: QueueContext, who: Attempted, fence: number): Promise<void> {
  const found = await context.store.read.assignments.find(who.runId, who.attempt);
  if (found?.startedAt === null && found.endedAt === null) await change(context, beat, { who, fence });
}

/** The run as it is then. */
async function noteLostStart(made: Change, run: RunRecord, assignment: AssignmentRecord): Promise<RunRecord> {
  const { runId, attempt } = assignment;
  if (await letStart(made, run, assignment, UNKNOWN_POD, undefined)) {
    made.say('warn', { run: runId, attempt }, 'a run under way whose start was not known');
  }
  return requireRun(made.tx, runId);
}

/** Takes the outcome of a stage; the first one counts, and repeating it is answered the same. */
export function outcome(context: QueueContext, who: Attempted, request: OutcomeRequest): Promise<OutcomeResponse> {
  return change(context, ending, { who, request });
}

const ending = operation('outcome', async (made: Change, { who, request }: Said<OutcomeRequest>) => {
  const { tx } = made;
  const held = await lockRun(made, who.runId);
  const assignment = await findAttempt(tx, who);
  if (assignment.fence === request.fence && assignment.endedAt !== null) return { state: held.state };
  requireCurrent(held, assignment, who, request.fence);
  const run = assignment.startedAt === null ? await noteLostStart(made, held, assignment) : held;
  if (request.reason === 'Succeeded') return { state: (await succeed(made, run, assignment, request)).state };
  await endWithoutSuccess(made, assignment, { ...request, by: 'relay' });
  return { state: (await requireRun(tx, who.runId)).state };
});

async function succeed(
  made: Change,
  run: RunRecord,
  assignment: AssignmentRecord,
  request: OutcomeRequest,
): Promise<RunRecord> {
  const goesOn = assignment.stage === 'preparing' && request.hasChanges && appliesPlan(run.type);
  if (goesOn && run.workspace === null) {
    throw new RequestError(
      'malformed',
      `run ${run.id} has changes to apply: its workspace is to be uploaded before the outcome`,
    );
  }
  await endAttempt(made, assignment, 'relay');
  made.touch(assignment.poolId, assignment.workerId);
  const done = { holding: false };
  if (goesOn && run.stopReason !== null) {
    return advance(
      made,
      run,
      'stop',
      { ...done, hasChanges: true, reason: 'Cancelled', message: run.stopReason },
      `The run was stopped: ${run.stopReason}`,
    );
  }
  if (goesOn) {
    const [event, line] = run.autoDeploy
      ? (['planned-and-approved', 'Planned; the changes will be applied'] as const)
      : (['planned', 'Planned; the run waits for confirmation'] as const);
    return advance(made, run, event, { ...done, hasChanges: true, message: request.message }, line);
  }
  const hasChanges = assignment.stage === 'preparing' ? request.hasChanges : run.hasChanges;
  await forgetUntold(made, run);
  const result = { ...done, hasChanges, reason: request.reason, message: request.message, exitCode: request.exitCode };
  const finished = await advance(made, run, 'succeed', result, 'The run finished');
  await noteSuccess(made, finished);
  return finished;
}
