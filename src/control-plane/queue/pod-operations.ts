import type {
  HeartbeatRequest,
  HeartbeatResponse,
  LogsRequest,
  LogsResponse,
  OutcomeRequest,
  OutcomeResponse,
  RunSpec,
  StartRequest,
} from '../../protocol/messages';
import { RequestError } from '../errors';
import type { AssignmentRecord } from '../store/records';
import { poolChanged, runChanged, type QueueContext } from './context';
import { advance, endWithoutSuccess, requireRun, touchWorker } from './lifecycle';
import { runSpec } from './steps';
import { runTopic } from './wakeups';

/** Who asks, as far as the address says. */
export interface Attempted {
  readonly poolId: string;
  readonly runId: string;
  readonly attempt: number;
}

/** The attempt that a Pod speaks for. @throws RequestError `not-found` or `fenced` */
export function requireAttempt(context: QueueContext, who: Attempted, fence: number): AssignmentRecord {
  const assignment = context.store.assignments.find(who.runId, who.attempt);
  if (assignment?.poolId !== who.poolId) {
    throw new RequestError('not-found', `attempt ${who.attempt} of run ${who.runId} not found in this pool`);
  }
  const run = requireRun(context, who.runId);
  if (assignment.fence !== fence || run.attempt !== who.attempt) {
    throw new RequestError(
      'fenced',
      `attempt ${who.attempt} of run ${who.runId} was given up: stop, another may hold the run`,
    );
  }
  return assignment;
}

/** The same, for what only an attempt under way may do. */
function requireUnderWay(context: QueueContext, who: Attempted, fence: number): AssignmentRecord {
  const assignment = requireAttempt(context, who, fence);
  if (assignment.endedAt !== null) {
    throw new RequestError(
      'fenced',
      `attempt ${who.attempt} of run ${who.runId} is over (${requireRun(context, who.runId).state}): stop`,
    );
  }
  return assignment;
}

/**
 * Only a Pod that was let start keeps a lease. When nothing is known of that start, the database was restored from a
 * backup made before it: it is noted again, so that the run is given to nobody else.
 */
function noteLostStart(context: QueueContext, assignment: AssignmentRecord): void {
  if (assignment.startedAt !== null) return;
  const { store, logger } = context;
  store.transaction(() => {
    if (!store.assignments.start(assignment.fence, UNKNOWN_POD, context.now())) return;
    advance(context, requireRun(context, assignment.runId), 'start');
    touchWorker(context, assignment.poolId, assignment.workerId);
  });
  logger.warn({ run: assignment.runId, attempt: assignment.attempt }, 'a run under way whose start was not known');
}

const UNKNOWN_POD = '';

/** Says yes to one Pod of an attempt, and to the same one again. */
export function start(context: QueueContext, who: Attempted, request: StartRequest): RunSpec {
  const { store, leases } = context;
  const assignment = store.transaction(() => {
    const found = requireUnderWay(context, who, request.fence);
    if (found.startedAt !== null && found.podUid === request.podUid) return found;
    if (!store.assignments.start(found.fence, request.podUid, context.now())) {
      throw new RequestError(
        'already-started',
        `attempt ${who.attempt} of run ${who.runId} runs in another Pod already`,
      );
    }
    advance(context, requireRun(context, who.runId), 'start');
    touchWorker(context, who.poolId, found.workerId);
    return found;
  });
  leases.relaySpoke(who.runId, who.attempt);
  const run = requireRun(context, who.runId);
  const stack = store.stacks.ofRun(run);
  if (!stack) throw new RequestError('not-found', `the stack of run ${run.id} not found`);
  return runSpec(run, stack, assignment.stage);
}

/** Stores log entries. Runs inside a group commit: what it acknowledges is durable when its caller hears of it. */
export function appendLogs(context: QueueContext, who: Attempted, request: LogsRequest): LogsResponse {
  requireAttempt(context, who, request.fence);
  context.leases.relaySpoke(who.runId, who.attempt);
  const acknowledged = context.store.logs.append(who.runId, who.attempt, request.writer, request.entries);
  runChanged(context, who.runId);
  return { acknowledged };
}

/** Keeps the lease of a started attempt; answers as soon as it is to stop. */
export async function heartbeat(
  context: QueueContext,
  who: Attempted,
  request: HeartbeatRequest,
  signal: AbortSignal,
): Promise<HeartbeatResponse> {
  const { leases, wakeups } = context;
  const until = performance.now() + request.waitSeconds * 1000;
  for (;;) {
    noteLostStart(context, requireUnderWay(context, who, request.fence));
    leases.relaySpoke(who.runId, who.attempt);
    const { stopReason } = requireRun(context, who.runId);
    if (stopReason !== null) return { stop: { reason: stopReason } };
    const left = until - performance.now();
    if (left <= 0 || signal.aborted || wakeups.isClosed) return { stop: null };
    await wakeups.wait(runTopic(who.runId), left, signal);
  }
}

/** Takes the outcome of a stage; the first one counts, and repeating it is answered the same. */
export function outcome(context: QueueContext, who: Attempted, request: OutcomeRequest): OutcomeResponse {
  return context.store.transaction(() => {
    const known = context.store.assignments.find(who.runId, who.attempt);
    const isOver = known?.poolId === who.poolId && known.fence === request.fence && known.endedAt !== null;
    if (isOver) return { state: requireRun(context, who.runId).state };
    const assignment = requireAttempt(context, who, request.fence);
    if (assignment.startedAt === null) {
      throw new RequestError(
        'malformed',
        `attempt ${who.attempt} of run ${who.runId} has not started, so it has no outcome`,
      );
    }
    if (request.reason === 'Succeeded') succeed(context, assignment, request);
    else endWithoutSuccess(context, assignment, { ...request, by: 'relay' });
    return { state: requireRun(context, who.runId).state };
  });
}

function succeed(context: QueueContext, assignment: AssignmentRecord, request: OutcomeRequest): void {
  const run = requireRun(context, assignment.runId);
  const goesOn = assignment.stage === 'preparing' && request.hasChanges && run.type === 'TRACKED';
  if (goesOn && run.workspace === null) {
    throw new RequestError(
      'malformed',
      `run ${run.id} has changes to apply: its workspace is to be uploaded before the outcome`,
    );
  }
  context.store.assignments.end(assignment.fence, 'relay', context.now());
  context.leases.relayEnded(assignment.runId, assignment.attempt);
  poolChanged(context, assignment.poolId);
  if (goesOn && run.stopReason !== null) {
    advance(
      context,
      run,
      'stop',
      { hasChanges: true, reason: 'Cancelled', message: run.stopReason },
      `The run was stopped: ${run.stopReason}`,
    );
    return;
  }
  if (goesOn) {
    const [event, line] = run.autoDeploy
      ? (['planned-and-approved', 'Planned; the changes will be applied'] as const)
      : (['planned', 'Planned; the run waits for confirmation'] as const);
    advance(context, run, event, { hasChanges: true, message: request.message }, line);
    return;
  }
  const hasChanges = assignment.stage === 'preparing' ? request.hasChanges : run.hasChanges;
  const result = { hasChanges, reason: request.reason, message: request.message, exitCode: request.exitCode };
  advance(context, run, 'succeed', result, 'The run finished');
}
