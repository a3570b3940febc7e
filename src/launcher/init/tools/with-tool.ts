import type { RunSpec, ToolVersion } from '../../../protocol/messages';
import { sleep } from '../../../time';
import type { LauncherClient } from '../../client';
import { heartbeat } from '../../heartbeat';
import type { Logger } from '../../logger';
import { bringTool, type BringOptions } from './bring-tool';
import { releaseOf } from './release';
import { missingToolSentence, runnerToolStep } from './runner-tool';
import { ToolMissing, ToolRefused } from './tool-error';

/** From then on the control plane is told that the Pod is at it. */
const QUIET_MS = 20_000;
/** Nobody waits longer for a tool. */
const WITHIN_MS = 10 * 60_000;

export interface WithToolOptions extends Omit<BringOptions, 'signal'> {
  readonly client: LauncherClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A run whose steps find the tool that its stack names, or end before the first of them. */
export interface RunWithTool extends RunSpec {
  /** What the run ends with when the runner image has not the tool either. @default - the tool was brought, or none is named */
  readonly missingTool?: string;
}

/** Brings the tool of the run, where its stack names one. @throws ToolRefused */
export async function withTool(run: RunSpec, options: WithToolOptions): Promise<RunWithTool> {
  const { tool } = run;
  if (tool === null) return run;
  const { title } = releaseOf(tool);
  try {
    await bringInTime(tool, options);
    return run;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ToolRefused) throw new ToolRefused(`${title} was refused. ${error.message}`);
    if (!(error instanceof ToolMissing)) throw error;
    options.say(`${title} cannot be brought. ${error.message} The run goes on if the runner image has it.`);
    return {
      ...run,
      steps: [runnerToolStep(tool), ...run.steps],
      missingTool: missingToolSentence(tool, error.message),
    };
  }
}

/** @throws ToolMissing, too, where it takes too long, or the run is to stop meanwhile: the relay ends it then */
async function bringInTime(tool: ToolVersion, options: WithToolOptions): Promise<void> {
  const { client, clock, logger } = options;
  const ended = new AbortController();
  const cancelLimit = clock.setTimer(WITHIN_MS, () =>
    ended.abort(new ToolMissing(`It was not there within ${WITHIN_MS / 60_000} minutes.`)),
  );
  const onStop = (): Promise<void> => Promise.resolve(ended.abort(new ToolMissing('The run is to stop.')));
  const beating = { client, clock, logger, currentStep: () => '', alsoRetry: () => false, onStop };
  const alive = sleep(clock, QUIET_MS, ended.signal)
    .then(() => heartbeat(beating, ended.signal))
    // What refuses the heartbeat refuses the next request, too.
    .catch(() => undefined);
  try {
    await bringTool(tool, { ...options, signal: AbortSignal.any([options.signal, ended.signal]) });
  } finally {
    cancelLimit();
    ended.abort();
    await alive;
  }
}
