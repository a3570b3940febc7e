import type { RunSpec, StartRequest } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { Change } from './change';
import type { QueueContext } from './context';
import { inputsOfRun } from './inputs';
import { isOfBackup } from './lease-clock';
import { endWithoutSuccess, lockRun, requireRun, withdraw } from './lifecycle';
import { change, operation } from './operation';
import { hearPod, letStart, requireUnderWay, type Attempted, type Said } from './pod-operations';
import { creatorOf, policySubject } from './policy-subject';
import { needsGit, runSpec, toolOf } from './steps';

/* The point of no return of an attempt: its Pod asks whether it may begin, and what it is to carry out. */

/** Says yes to one Pod of an attempt, and to the same one again. */
export async function start(context: QueueContext, who: Attempted, request: StartRequest): Promise<RunSpec> {
  // Before it starts: no Pod is let go whose secrets cannot be opened.
  const { read } = context.store;
  const inputs = await inputsOfRun(read, who.runId);
  if ('refusal' in inputs) {
    await change(context, refusing, { who, request, message: inputs.refusal });
    throw new RequestError('fenced', inputs.refusal);
  }
  const { environment = {}, credentials = {} } = (await read.stacks.secretsOfRun(who.runId, inputs.environment)) ?? {};
  const { masked } = inputs;
  const started = await change(context, starting, { who, request, hasSecretInputs: masked.length > 0 });
  if (started === 'taken-back') throw new RequestError('fenced', givenOutAnew(who));
  const { run, stage, ...found } = started;
  if (inputs.isNew) await context.store.transaction((tx) => tx.runInputs.put(run.id, inputs));
  const spec = {
    ...runSpec(run, { ...found, environment, credentials }, stage),
    masked: [...masked],
  };
  if (!request.asksPolicy) return spec;
  const begun = await requireRun(context.store.read, run.id);
  return { ...spec, policySubject: policySubject(begun, found.stack, spec, await creatorOf(context, run.id)) };
}

interface Refused extends Said<StartRequest> {
  readonly message: string;
}

/** Ends a run that cannot have what it is to be given, unless one of its Pods has begun. */
const refusing = operation('refuse-start', async (made: Change, { who, request, message }: Refused) => {
  await lockRun(made, who.runId);
  const assignment = await requireUnderWay(made.tx, who, request.fence, undefined, made);
  if (assignment.startedAt !== null) return;
  await endWithoutSuccess(made, assignment, { by: 'control-plane', reason: 'ConfigError', message });
});

interface Starting extends Said<StartRequest> {
  readonly hasSecretInputs: boolean;
}

const givenOutAnew = ({ runId, attempt }: Attempted): string =>
  `attempt ${attempt} of run ${runId} was given out before a backup that was restored, and may have begun and ended since: stop, another carries out the run`;

const starting = operation('start', async (made: Change, { who, request, hasSecretInputs }: Starting) => {
  const run = await lockRun(made, who.runId);
  const assignment = await requireUnderWay(made.tx, who, request.fence, run, made);
  if (assignment.startedAt === null && isOfBackup(assignment, await made.leaseClock())) {
    await withdraw(made, assignment, 'a backup was restored that does not know whether it began');
    return 'taken-back';
  }
  if (hasSecretInputs && !request.masksInputs) {
    throw new RequestError(
      'malformed',
      `run ${run.id} takes sensitive outputs of other stacks, and the launcher of this Pod is too old to hide them in its log: give the pool a newer launcher image`,
    );
  }
  const found = await made.tx.stacks.withState(run.stackId);
  if (!found) throw new RequestError('not-found', `the stack of run ${run.id} not found`);
  const tool = toolOf(run, found.stack);
  const isAgain = assignment.startedAt !== null && assignment.podUid === request.podUid;
  if (isAgain) await hearPod(made, assignment);
  else if (!(await letStart(made, run, assignment, request.podUid, tool))) {
    throw new RequestError('already-started', `attempt ${who.attempt} of run ${who.runId} runs in another Pod already`);
  }
  const { stack, stateVersion } = found;
  if (stack.managesState && stateVersion > 0 && !request.servesState) {
    throw new RequestError(
      'malformed',
      `the control plane keeps the state of ${stack.kind} ${stack.name}, and the launcher of this Pod is too old to use it: give the pool a newer launcher image`,
    );
  }
  if (needsGit(run, assignment.stage) && !request.clonesGit) {
    throw new RequestError(
      'malformed',
      `the source of ${stack.kind} ${stack.name} is a git repository, and the launcher of this Pod is too old to clone it: give the pool a newer launcher image`,
    );
  }
  if (tool.toolVersion !== null && !request.bringsTool) {
    throw new RequestError(
      'malformed',
      `${stack.kind} ${stack.name} names version ${tool.toolVersion} of its tool, and the launcher of this Pod is too old to bring it: give the pool a newer launcher image`,
    );
  }
  return { run: { ...run, ...tool }, stage: assignment.stage, ...found };
});
