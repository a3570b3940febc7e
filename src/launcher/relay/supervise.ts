import { LAUNCHER_VARIABLE } from '../../protocol/environment';
import type { Outputs, PlanChanges } from '../../protocol/messages';
import { FILE, hasNoRoom, readSmall, tellToStop, writeWhole } from '../exchange';
import { AttemptSpans } from '../attempt-spans';
import { WorkerAlive } from './alive';
import { Changes } from './changes';
import { Collector } from './collector';
import { overdue } from './deadlines';
import { Mask } from './mask';
import { planHasChanges, succeeded, type StepResult } from './outcome';
import { OutputsSummary } from './outputs-summary';
import { PlanSummary } from './plan-summary';
import type { RelayContext } from './context';
import { readSettings } from './settings';
import { ShownPipe, type Shown } from './shown-pipe';
import { asJsonLines } from './standard-output';
import type { RelaySettings } from './settings';

export interface WorkerResult {
  readonly results: readonly StepResult[];
  readonly settings: RelaySettings;
  /** For the relay's last words. */
  readonly collector: Collector;
  /** Undefined where there is no plan, or nobody wants to see it. */
  readonly plan: Shown<PlanChanges> | undefined;
  /** Undefined where nobody wants to see them. */
  readonly outputs: Shown<Outputs> | undefined;
}

export const VOLUME_IS_FULL =
  "The exchange volume of the run's Pod is full: the steps write more than its node has room for. Give the nodes more ephemeral storage, or let the steps write less.";

/** A worker that was told to stop and is still there so long after its grace is left to the kubelet. */
export const LEFT_TO_THE_KUBELET_MS = 60_000;

/**
 * Watches the worker container until it is gone, and gives numbers to all of its output.
 *
 * @param refused aborts when the control plane wants nothing of this attempt any more: the worker is stopped.
 */
export async function superviseWorker(context: RelayContext, refused: AbortSignal): Promise<WorkerResult> {
  const { paths, clock, terminating, end, fail, journal } = context;
  const { exchange } = paths;
  const alive = new WorkerAlive(exchange);
  const changes = new Changes(exchange, clock);
  const plan = ShownPipe.open<PlanChanges>(exchange, 'plan', clock);
  const outputs = ShownPipe.open<Outputs>(exchange, 'outputs', clock);
  const onTerminating = (): void => {
    const message = 'The Pod is being ended from outside; the running step is asked to stop.';
    end({ cause: 'terminated', at: clock.now(), message }).catch(fail);
  };
  const onRefused = (): void => void tellToStop(exchange, 'refused').then(() => changes.ring(), fail);
  try {
    listen(terminating, onTerminating);
    listen(refused, onRefused);
    if (journal.ending !== undefined) await tellToStop(exchange, journal.ending.cause);
    await writeWhole(exchange, FILE.relayReady, context.environment[LAUNCHER_VARIABLE.maskEnvs] ?? '');
    let lastWords: string | undefined;
    // No timeout yet: how long images may take is the controller's to say.
    while ((await readSmall(exchange, FILE.workerStarted)) === undefined) {
      const isGone = alive.isGone() || (journal.ending !== undefined && !alive.check());
      lastWords = await readSmall(exchange, FILE.lastWords);
      if (terminating.aborted || refused.aborted || isGone || lastWords) break;
      await changes.wait();
    }
    return await collectUntilGone(context, { alive, changes, plan, outputs, refused, lastWords });
  } finally {
    terminating.removeEventListener('abort', onTerminating);
    refused.removeEventListener('abort', onRefused);
    changes.close();
    plan?.close();
    outputs?.close();
    alive.close();
  }
}

function listen(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}

async function endWhenOverdue(
  { clock, end }: RelayContext,
  settings: RelaySettings,
  startedAt: number,
  lastOutputAt: number,
): Promise<void> {
  const ending = overdue(settings, { now: clock.monotonic(), startedAt, lastOutputAt });
  if (ending !== undefined) await end({ ...ending, at: clock.now() });
}

interface Watched {
  readonly alive: WorkerAlive;
  readonly changes: Changes;
  readonly plan: ShownPipe<PlanChanges> | undefined;
  readonly outputs: ShownPipe<Outputs> | undefined;
  readonly refused: AbortSignal;
  /** Of a shim that has not begun; no step can have written them. */
  readonly lastWords: string | undefined;
}

async function collectUntilGone(context: RelayContext, watched: Watched): Promise<WorkerResult> {
  const { paths, clock, journal, run, sender, grown } = context;
  const { exchange } = paths;
  const settings = await readSettings(exchange, context.environment, run.masked);
  const mask = new Mask([...settings.masked, ...context.secrets]);
  if (settings.logsOnStandardOutput) sender.onAcknowledged((entry) => context.print(asJsonLines(run, entry)));
  sender.useMask(mask);
  const spans = new AttemptSpans(context.spans, context.identity, clock);
  const collector = new Collector({ exchange, run, journal, mask, clock, spans, debug: settings.debug });
  for (const warning of settings.warnings) await collector.say(warning, warning);
  if (watched.lastWords) await collector.say(FILE.lastWords, watched.lastWords);
  // Empty: a full volume has room for it.
  await writeWhole(exchange, FILE.settingsTaken, '');

  const startedAt = clock.monotonic();
  let lastOutputAt = startedAt;
  let written = 0;
  for (;;) {
    const gone = !watched.alive.check() || leftToTheKubelet(context, settings);
    const grew = await collector.collect(gone);
    if (grew) grown.ring();
    // A tool may work for an hour at one line of dots.
    if (grew || collector.written !== written) lastOutputAt = clock.monotonic();
    written = collector.written;
    if (journal.volumeIsFull || (await hasNoRoom(exchange))) {
      await collector.say('volume-is-full', `${VOLUME_IS_FULL} Output may be missing from here on.`);
    }
    context.onStep(await collector.currentStep());
    const { results } = collector;
    readWhatIsShown(context.run, results, watched, { mask, settings });
    if (gone) return { results, settings, collector, ...(await shownIn(watched)) };
    // A tool that cannot write its state, because the control plane is away, is silent while it tries again.
    await endWhenOverdue(context, settings, startedAt, Math.max(lastOutputAt, context.stateAskedAt()));
    await watched.changes.wait();
  }
}

/** Begins to read what the tool is about to show, once. */
function readWhatIsShown(
  { steps, planStep }: RelayContext['run'],
  results: readonly StepResult[],
  { plan, outputs }: Watched,
  { mask, settings }: { readonly mask: Mask; readonly settings: RelaySettings },
): void {
  if (planHasChanges({ results, planStep })) plan?.begin(() => new PlanSummary(mask));
  else if (results.length === steps.length && results.every(succeeded)) {
    outputs?.begin(() => new OutputsSummary(mask, settings.sensitiveOutputs));
  }
}

async function shownIn({ plan, outputs }: Watched): Promise<Pick<WorkerResult, 'plan' | 'outputs'>> {
  return { plan: await plan?.end(), outputs: await outputs?.end() };
}

function leftToTheKubelet({ journal, clock }: RelayContext, settings: RelaySettings): boolean {
  const { ending } = journal;
  return ending !== undefined && clock.now() - ending.at > settings.stopGraceMs + LEFT_TO_THE_KUBELET_MS;
}
