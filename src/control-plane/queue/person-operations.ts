import { audited, differences, fieldsOf, unchanged, type Audited, type Facts } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import type { Environment, RunConfig, RunRecord, RunType, StackRecord } from '../store/records';
import type { Change } from './change';
import type { PersonContext } from './context';
import { holdAround, queueDependents } from './dependents';
import { advance, endWithoutSuccess, leaveStack, lockRun, ownLine, systemLog } from './lifecycle';
import { changeByPerson, personOperation } from './operation';
import { PRIORITIZED, usualRank } from './rank';
import { isGitSource } from '../store/source-names';
import { AS_THE_STACK, factsOf, mayBeRetried, queueVersionOf, takesTurns } from './run-types';
import { firstState } from './state-changes';
import { isTerminal } from './transitions';

/** What people ask of runs and workers. */

export interface QueuedRun {
  readonly stack: Pick<StackRecord, 'id' | 'name'>;
  readonly type: RunType;
  /** @default - as the stack has it; a run that destroys asks */
  readonly autoDeploy?: boolean | undefined;
  /** @default - as the stack has it */
  readonly config?: Partial<RunConfig> | undefined;
  /** The same key again gives the same run. @default - none */
  readonly idempotencyKey?: string | undefined;
  /** A run that had no success. */
  readonly retryOf?: RunRecord | undefined;
}

/**
 * Queues a run of a stack.
 * @param environment what it has beside the variables of its stack, or in place of them
 * @throws RequestError `malformed` when it has no source, or it or its pool was deleted
 */
export function queueRun(context: PersonContext, wanted: QueuedRun, environment: Environment = {}): Promise<RunRecord> {
  const { id, sealed } = sealedFor(context, environment);
  const config = { ...wanted.config, environmentNames: Object.keys(environment).sort() };
  return changeByPerson(context, queueing, { ...wanted, config, id, sealed });
}

function sealedFor({ newId, store }: PersonContext, environment: Environment): Pick<NewRun, 'id' | 'sealed'> {
  const id = newId();
  if (Object.keys(environment).length === 0) return { id };
  return { id, sealed: store.read.runEnvironments.sealed(id, environment) };
}

interface NewRun extends QueuedRun {
  /** Of the run, if it is not there already. */
  readonly id: string;
  /** Its environment, encrypted. @default - it has that of its stack */
  readonly sealed?: string;
}

const queueing = personOperation('run.trigger', enqueue, (made, run) => made.asMoved(run));

/** The same within a transaction. The run is not there yet, but where its key is. */
export async function enqueue(made: Change, wanted: NewRun): Promise<Audited<RunRecord>> {
  const { tx, now } = made;
  const { id, stack, type, sealed, idempotencyKey, retryOf } = wanted;
  // Held, so that of two runs that are queued at once one comes first, and that its source is not replaced meanwhile.
  const around = await holdAround(made, stack.id, type);
  const held = around.stacks.get(stack.id);
  if (!held) throw new RequestError('malformed', `stack ${stack.name} was deleted: it can have no further runs`);
  requireFit(held, type);
  const before = idempotencyKey === undefined ? undefined : await tx.runs.findByKey(stack.id, idempotencyKey);
  if (before) return unchanged(sameRun(before, wanted));
  const { poolId, source } = held;
  if (source === null) {
    throw new RequestError(
      'malformed',
      `stack ${stack.name} has no source yet: upload one, or name a git repository, before triggering a run`,
    );
  }
  const { own, ...row } = asWanted({ ...wanted, config: await ofDrift(made, wanted, source) }, held, source);
  const run = { ...row, ...own, source, createdAt: now };
  const looksForDrift = type === 'PROPOSED' && run.driftDetection;
  const mayBeReady = around.awaited.length === 0 && !looksForDrift;
  const line = ownLine(now, `Run of ${held.kind} ${held.name} is queued${retryOf ? ofRetry(retryOf, source) : ''}`);
  const inserting = tx.runs.insert(run, mayBeReady && (takesTurns(type) ? 'when-free' : true), line.text);
  const beside = [
    tx.logs.addNext(id, 0, line),
    tx.dependencies.wait(id, around.awaited),
    sealed === undefined ? undefined : tx.runEnvironments.insert(id, sealed),
  ];
  const locking = tx.pools.lock(poolId);
  made.stateChanged(firstState(run, stack.name));
  if (mayBeReady) made.mayAssign(poolId);
  const [inserted, pool] = await Promise.all([inserting, locking, ...beside]);
  if (!pool) {
    throw new RequestError(
      'malformed',
      `the pool of ${held.kind} ${held.name} was deleted: no worker could take its runs`,
    );
  }
  await queueDependents(made, { id, stackId: stack.id }, around);
  if (looksForDrift) made.driftRunsChanged(poolId);
  const changes = fieldsOf({ type, autoDeploy: run.autoDeploy, idempotencyKey: run.idempotencyKey, ...own });
  const queued = { ...inserted, stackName: held.name, stackDriftedSince: held.driftedSince };
  return audited(queued, ofRun(queued, changes));
}

/** @throws RequestError `malformed` for a type of runs that this can have none of */
function requireFit({ kind, name, tool }: StackRecord, type: RunType): void {
  const { of } = factsOf(type);
  if (of !== kind) {
    throw malformed('type', `${kind} ${name} can have no such run: a run of the type ${type} is of a ${of}`);
  }
  if (type === 'DESTROY' && tool === 'ANSIBLE') {
    const why = 'Ansible keeps no record of what it has made';
    throw malformed('type', `stack ${name} can have no destroy run: ${why}; write a playbook that undoes it`);
  }
}

/** What the audit trail says of a change of a run. */
const ofRun = (
  { id, stackId, stackName }: Pick<RunRecord, 'id' | 'stackId' | 'stackName'>,
  changes: NonNullable<Facts['changes']>,
): Facts => ({ object: { id, name: '' }, related: { kind: 'stack', id: stackId, name: stackName }, changes });

/** The same of one that may be as it was. */
function sinceBefore(before: RunRecord, after: RunRecord): Audited<RunRecord> {
  const changes = differences(before, after, ['state', 'stopReason', 'holding']);
  return Object.keys(changes).length === 0 ? unchanged(after) : audited(after, ofRun(after, changes));
}

/** Drift is what a plan finds though the source is what was applied last: of a repository, the same commit. */
async function ofDrift({ tx }: Change, { stack, config }: QueuedRun, source: string): Promise<QueuedRun['config']> {
  if (!config?.driftDetection || !isGitSource(source) || config.commitSha) return config;
  const { newest } = await tx.drift.look(stack.id);
  return { ...config, commitSha: newest?.commitSha ?? null };
}

/** A new run of a stack. */
function asWanted({ id, type, autoDeploy, config, retryOf, ...wanted }: NewRun, stack: StackRecord, source: string) {
  const said = retryOf && retryOf.source === stack.source ? saidOf(retryOf) : {};
  const own = { ...AS_THE_STACK, ...config, ...said };
  return {
    ...{ id, stackId: stack.id, poolId: stack.poolId, type, own },
    idempotencyKey: wanted.idempotencyKey ?? null,
    rank: usualRank({ type, driftDetection: own.driftDetection }),
    queueVersion: queueVersionOf({ type, source, ...own }),
    autoDeploy: autoDeploy ?? (type === 'DESTROY' ? false : stack.autoDeploy),
  };
}

/** @throws RequestError `malformed` when the key was given for something else */
function sameRun(before: RunRecord, { type, autoDeploy, idempotencyKey, config, retryOf }: QueuedRun): RunRecord {
  const own = retryOf ? {} : { ...AS_THE_STACK, ...config };
  const wanted = { type, ...(autoDeploy !== undefined && { autoDeploy }), ...own };
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  // Nothing is said of the values of an environment.
  const differing = names.filter((name) => JSON.stringify(wanted[name]) !== JSON.stringify(before[name]));
  if (differing.length === 0) return before;
  const other = differing.filter((name) => name !== 'type' && name !== 'autoDeploy');
  const how = `${before.type}${before.autoDeploy ? ' and applies by itself' : ''}${other.length === 0 ? '' : `, with another ${other.join(', ')}`}`;
  throw new RequestError(
    'malformed',
    `the idempotency key ${idempotencyKey} stands for run ${before.id}, which is ${how}: take another key for another run`,
  );
}

const ofRetry = (run: RunRecord, source: string): string =>
  ` as a retry of run ${run.id}${run.source === source ? '' : ', with the source that its stack has by now'}`;

/**
 * Queues another run of the same kind, with the source that the stack has now.
 * @throws RequestError `malformed` of a run that is under way, or had success
 */
export async function retryRun(context: PersonContext, runId: string, idempotencyKey?: string): Promise<RunRecord> {
  const environment = await context.store.read.runEnvironments.find(runId);
  return changeByPerson(context, retrying, { runId, idempotencyKey, ...sealedFor(context, environment ?? {}) });
}

interface Retry extends Pick<NewRun, 'id' | 'idempotencyKey' | 'sealed'> {
  readonly runId: string;
}

const retrying = personOperation('run.retry', retry, (made, run) => made.asMoved(run));

async function retry(made: Change, { runId, ...wanted }: Retry): Promise<Audited<RunRecord>> {
  const run = await lockRun(made, runId);
  if (!isTerminal(run.state)) {
    throw new RequestError('malformed', `run ${run.id} is ${run.state}: only a run that has ended can be retried`);
  }
  if (run.state === 'FINISHED') {
    throw new RequestError('malformed', `run ${run.id} is FINISHED: there is nothing to retry, trigger a new run`);
  }
  const { type, autoDeploy, stackId, stackName } = run;
  if (!mayBeRetried(run)) {
    const what = `run ${run.id} tests a version of module ${stackName}`;
    throw new RequestError('malformed', `${what}: make the version again, which has the number still free`);
  }
  const stack = { id: stackId, name: stackName };
  const queued = { ...wanted, type, autoDeploy, stack, config: configOf(run), retryOf: run };
  const { value, facts } = await enqueue(made, queued);
  return facts
    ? audited(value, { ...facts, changes: { ...facts.changes, retryOf: { to: run.id } } })
    : unchanged(value);
}

const saidOf = ({ gitCommit, commitSha, commitMessage, branch }: RunRecord) => ({
  commitSha: gitCommit?.hash ?? commitSha,
  commitMessage: gitCommit?.message ?? commitMessage,
  branch,
});

/** All but the commit: the source may be another one by now. */
const configOf = (run: RunConfig): Partial<RunConfig> => ({
  command: run.command,
  skipInitialization: run.skipInitialization,
  projectRoot: run.projectRoot,
  runnerImage: run.runnerImage,
  environmentNames: run.environmentNames,
  driftDetection: run.driftDetection,
});

/** Lets a run go before others whenever it waits for a worker, or no longer; not before earlier ones of its stack. */
export function prioritize(context: PersonContext, runId: string, wanted: boolean): Promise<RunRecord> {
  return changeByPerson(context, prioritizing, { runId, wanted });
}

const prioritizing = personOperation(
  'run.prioritize',
  async (made: Change, { runId, wanted }: { runId: string; wanted: boolean }) => {
    const run = await lockRun(made, runId);
    const rank = wanted ? PRIORITIZED : usualRank(run);
    if (isTerminal(run.state)) {
      throw new RequestError('malformed', `run ${run.id} is ${run.state}: it waits for nothing any more`);
    }
    if (run.rank === rank) return unchanged(run);
    await made.tx.runs.setRank(run.id, rank);
    const said = wanted ? 'The run was prioritized' : 'The run is prioritized no longer';
    await systemLog(made, run.id, run.attempt, said);
    const changes = { prioritized: { from: run.rank === PRIORITIZED, to: wanted } };
    return audited({ ...run, rank }, ofRun(run, changes));
  },
);

/** Ends a run that has not started. @throws RequestError `malformed` of one that has */
export function cancel(context: PersonContext, runId: string): Promise<RunRecord> {
  return changeByPerson(context, canceling, runId);
}

const canceling = personOperation('run.cancel', async (made: Change, runId: string) => {
  const run = await lockRun(made, runId);
  if (run.state === 'CANCELED') return unchanged(run);
  if (run.state !== 'QUEUED' && run.state !== 'PREPARING') {
    const toDo = isTerminal(run.state) ? 'there is nothing left to cancel' : 'it has started, so stop it';
    throw new RequestError('malformed', `run ${run.id} is ${run.state}: ${toDo}`);
  }
  await ask(made, run, 'canceled by a person');
  return sinceBefore(run, await lockRun(made, runId));
});

type Decision = 'confirm' | 'discard';

/** Says yes or no to a plan; the same answer twice is the same as once. */
export function decide(context: PersonContext, runId: string, decision: Decision): Promise<RunRecord> {
  return changeByPerson(context, { confirm: confirming, discard: discarding }[decision], runId);
}

const deciding =
  (event: Decision, done: RunRecord['state'], line: string) =>
  async (made: Change, runId: string): Promise<Audited<RunRecord>> => {
    const run = await lockRun(made, runId);
    if (run.state === done) return unchanged(run);
    return sinceBefore(run, await advance(made, run, event, {}, line));
  };

const confirming = personOperation('run.confirm', deciding('confirm', 'CONFIRMED', 'The run was confirmed'));
const discarding = personOperation('run.discard', deciding('discard', 'DISCARDED', 'The run was discarded'));

/**
 * Ends a run: at once while nothing runs, otherwise by asking its Pod. Of a run that has ended without its Pod having said
 * so, it says that the Pod is gone, and so lets the stack go on.
 */
export function stop(context: PersonContext, runId: string, reason: string): Promise<RunRecord> {
  return changeByPerson(context, stopping, { runId, reason });
}

const stopping = personOperation(
  'run.stop',
  async (made: Change, { runId, reason }: { runId: string; reason: string }) => {
    const run = await lockRun(made, runId);
    await (isTerminal(run.state) ? leaveStackByWord(made, run) : ask(made, run, reason));
    return sinceBefore(run, await lockRun(made, runId));
  },
);

async function ask(made: Change, run: RunRecord, reason: string): Promise<void> {
  if (run.stopReason !== null) return;
  const { tx, now } = made;
  await tx.runs.setStopReason(run.id, reason, now);
  const asked = await lockRun(made, run.id);
  const assignment = await tx.assignments.underWay(run.id);
  const cancelled = { reason: 'Cancelled', message: reason } as const;
  if (!assignment) {
    await advance(made, asked, 'stop', cancelled, `The run was stopped: ${reason}`);
  } else if (assignment.startedAt === null) {
    await endWithoutSuccess(made, assignment, { by: 'control-plane', ...cancelled });
  } else {
    await systemLog(made, run.id, run.attempt, `Asked to stop: ${reason}`);
    made.touch(run.poolId, assignment.workerId);
  }
}

async function leaveStackByWord(made: Change, run: RunRecord): Promise<void> {
  if (!run.holding) return;
  await systemLog(made, run.id, run.attempt, 'A person says that nothing of this run is at work any more');
  await leaveStack(made, run);
}

/** A drained worker gets no further run, until it is undrained. @throws RequestError `not-found` */
export function drain(context: PersonContext, poolId: string, workerId: string, drained: boolean): Promise<void> {
  return changeByPerson(context, draining, { poolId, workerId, drained });
}

interface Draining {
  readonly poolId: string;
  readonly workerId: string;
  readonly drained: boolean;
}

const draining = personOperation('worker.drain', async (made: Change, { poolId, workerId, drained }: Draining) => {
  const worker = await made.tx.workers.lock(workerId);
  if (worker?.poolId !== poolId || worker.removed || worker.forgotten) {
    throw new RequestError('not-found', `worker ${workerId} not found in pool ${poolId}`);
  }
  await made.tx.workers.setDrained(workerId, drained);
  made.touch(poolId, workerId);
  if (!drained) made.mayAssign(poolId);
  if (worker.drained === drained) return unchanged(undefined);
  const pool = await made.tx.pools.find(poolId);
  return audited(undefined, {
    object: { id: workerId, name: worker.name },
    related: { kind: 'worker-pool', id: poolId, name: pool?.name ?? '' },
    changes: { drained: { from: worker.drained, to: drained } },
  });
});
