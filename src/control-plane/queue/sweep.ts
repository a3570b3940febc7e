import { PARTITION_LEASE_MS, RUN_LEASE_MS, SESSION_LEASE_MS } from '../../protocol/leases';
import type { AtRisk, RiskLimits } from '../store/assignments';
import type { Change } from './change';
import type { QueueContext, QueueSettings } from './context';
import { fireDrift } from './drift';
import { endWithoutSuccess, lockRun, release, settleDependents, withdraw } from './lifecycle';
import { change, operation } from './operation';

/** A session that is silent for this long loses its idle workers; it registers them again when it comes back. */
export const FORGET_SESSION_MS = 10 * 60_000;
/** Removed workers stay known for this long, so that their owners hear of it. */
const FORGET_REMOVED_MS = 60 * 60_000;
/** Forgotten workers keep for this long that they were drained. */
export const KEEP_FORGOTTEN_MS = 30 * 24 * 60 * 60_000;
/** How long past the start deadline the controller has to report what kept the Pod. */
export const START_GRACE_MS = 60_000;
/** How long it counts that a session saw a Pod, should it sync no more though it is alive. */
export const OBSERVATION_MS = 5 * 60_000;

/** How long the relay of a run that is to stop may be silent, whoever still sees its Pod. */
export const STOP_LEASE_MS = 10 * 60_000;

/** What is known of an attempt under way. */
export interface AttemptFacts {
  readonly started: boolean;
  readonly sessionSilenceMs: number;
  readonly relaySilenceMs: number;
  readonly podWasObserved: boolean;
  readonly stopWasAsked: boolean;
  /** Negative before the deadline. */
  readonly pastStartDeadlineMs: number;
}

export type Verdict =
  | { readonly kind: 'keep' }
  | { readonly kind: 'withdraw'; readonly why: string }
  | {
      readonly kind: 'lose';
      readonly reason: 'StartTimeout' | 'NodeLost' | 'ControlPlaneLost' | 'Cancelled';
      readonly message: string;
    };

/** Whether an attempt lives on. An unstarted one may be given to another; a started one is never run twice. */
export function judge(facts: AttemptFacts): Verdict {
  const sessionIsGone = facts.sessionSilenceMs > SESSION_LEASE_MS;
  if (!facts.started) {
    if (sessionIsGone) return { kind: 'withdraw', why: 'the controller of its worker is silent' };
    if (facts.pastStartDeadlineMs > START_GRACE_MS) {
      return { kind: 'lose', reason: 'StartTimeout', message: 'the Pod did not start before its deadline' };
    }
    return { kind: 'keep' };
  }
  if (facts.relaySilenceMs <= RUN_LEASE_MS) return { kind: 'keep' };
  // A session that has gone silent cannot say whether the Pod is still there.
  if (sessionIsGone) {
    const silence = Math.min(facts.sessionSilenceMs, facts.relaySilenceMs);
    if (silence <= PARTITION_LEASE_MS) return { kind: 'keep' };
    const message = `neither the Pod nor the controller of its worker was heard of for more than ${PARTITION_LEASE_MS / 1000} seconds; what it had begun may be half done`;
    return { kind: 'lose', reason: 'ControlPlaneLost', message };
  }
  if (facts.podWasObserved) return facts.stopWasAsked ? judgeStop(facts) : { kind: 'keep' };
  const message = `the Pod was not heard of for more than ${RUN_LEASE_MS / 1000} seconds and is not in the cluster any more; what it had begun may be half done`;
  return { kind: 'lose', reason: 'NodeLost', message };
}

/** A Pod that is seen and not heard: its controller ends it in the end, and the run does not wait for ever for that. */
function judgeStop({ relaySilenceMs }: AttemptFacts): Verdict {
  if (relaySilenceMs <= STOP_LEASE_MS) return { kind: 'keep' };
  const message = `the run was to stop, and its Pod, which is still there, was not heard of for more than ${STOP_LEASE_MS / 1000} seconds; what it had begun may be half done`;
  return { kind: 'lose', reason: 'Cancelled', message };
}

/** Looks at every lease that may have run out at a reading of the lease clock, and at what a process left undone. */
export async function sweep(context: QueueContext, reading: number): Promise<void> {
  const { store } = context;
  const limits = limitsAt(context.settings, reading);
  for (const { assignment } of await store.read.assignments.atRisk(limits)) {
    await attempt(context, { run: assignment.runId }, () =>
      change(context, settle, { fence: assignment.fence, reading }),
    );
  }
  for (const session of await store.read.sessions.silentSince(reading - FORGET_SESSION_MS)) {
    await attempt(context, session, () => change(context, forget, session));
  }
  // Whoever ended them may be of a version that knows no dependencies.
  for (const runId of await store.read.dependencies.awaitedThoughEnded()) {
    await attempt(context, { run: runId }, () => change(context, settleAwaited, runId));
  }
  for (const stackId of await store.read.drift.due(context.now())) {
    await attempt(context, { stack: stackId }, () => change(context, fireDrift, { stackId, id: context.newId() }));
  }
  // Whoever was to give a run out may have been killed before it could.
  for (const poolId of await store.read.runs.poolsWithReady()) await context.assignRuns(poolId);
  await store.transaction((tx) =>
    tx.workers.purge(context.now() - FORGET_REMOVED_MS, context.now() - KEEP_FORGOTTEN_MS),
  );
}

/** One that fails keeps nobody else from being looked at. */
async function attempt({ logger }: QueueContext, what: object, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.error({ err: error, ...what }, 'a lease or a run could not be settled; the next sweep tries again');
  }
}

const settleAwaited = operation('settle awaited', async (made: Change, runId: string) =>
  settleDependents(made, await lockRun(made, runId)),
);

function limitsAt(settings: QueueSettings, reading: number): RiskLimits {
  return {
    sessionHeardBefore: reading - SESSION_LEASE_MS,
    madeBefore: reading - settings.startDeadlineMs - START_GRACE_MS,
    relayHeardBefore: reading - RUN_LEASE_MS,
  };
}

/** Looked at again with the run held, because its Pod may have been heard of meanwhile. */
const settle = operation('settle', async (made: Change, { fence, reading }: { fence: number; reading: number }) => {
  const { settings } = made;
  const limits = limitsAt(settings, reading);
  const [before] = await made.tx.assignments.atRisk(limits, fence);
  if (!before) return;
  const { stopReason } = await lockRun(made, before.assignment.runId);
  const [risk] = await made.tx.assignments.atRisk(limits, fence);
  const verdict = risk
    ? judge({ ...factsOf(settings, risk, reading), stopWasAsked: stopReason !== null })
    : { kind: 'keep' as const };
  if (!risk || verdict.kind === 'keep') return;
  const { assignment } = risk;
  made.say('warn', { run: assignment.runId, attempt: assignment.attempt, verdict }, 'lease ran out');
  if (verdict.kind === 'withdraw') await withdraw(made, assignment, verdict.why);
  else await endWithoutSuccess(made, assignment, { by: 'control-plane', ...verdict });
});

function factsOf(settings: QueueSettings, risk: AtRisk, reading: number): Omit<AttemptFacts, 'stopWasAsked'> {
  const { assignment, sessionHeardLease, syncedLease } = risk;
  const { startedAt, madeLease, startedLease, heardLease } = assignment;
  return {
    started: startedAt !== null,
    sessionSilenceMs: reading - (sessionHeardLease ?? madeLease),
    relaySilenceMs: reading - (heardLease ?? startedLease ?? madeLease),
    podWasObserved: syncedLease !== null && reading - syncedLease <= OBSERVATION_MS,
    pastStartDeadlineMs: reading - madeLease - settings.startDeadlineMs,
  };
}

/**
 * A session that never comes back leaves nothing behind: its workers are free of runs that were given up, and then
 * forgotten. The stacks of those runs stay as they are, because a Pod may go on where nobody hears it.
 */
const forget = operation(
  'forget',
  async (made: Change, { poolId, sessionId }: { poolId: string; sessionId: string }) => {
    const { tx } = made;
    for (const assignment of await tx.assignments.unreleased(poolId, sessionId)) {
      if (assignment.endedAt !== null) await release(made, assignment);
    }
    const forgotten = await tx.workers.forget(poolId, sessionId, made.now);
    if (forgotten > 0) {
      made.say('warn', { pool: poolId, session: sessionId }, 'session is silent: its idle workers are forgotten');
    }
    if (!(await tx.workers.isHeld(poolId, sessionId))) await tx.sessions.delete(poolId, sessionId);
  },
);
