import { CHANGES_EXIT_CODE, type OutcomeRequest, type Stage, type Step } from '../../protocol/messages';
import { TOOL_STEP } from '../tool-step';
import type { Ending } from './journal';

/** How a step ended. */
export interface StepResult {
  readonly step: Step;
  readonly exitCode: number;
  /** Whether the kernel killed something of the container for want of memory; undefined when it does not say. */
  readonly outOfMemory: boolean | undefined;
}

export interface StageResult {
  readonly stage: Stage;
  readonly steps: readonly Step[];
  readonly results: readonly StepResult[];
  readonly planStep: string | null;
  /** What the stage ends with when its first step does not find the tool. @default - that step is not there */
  readonly missingTool?: string | undefined;
  /** Why the worker was told to stop; undefined when it was not. */
  readonly ending: Ending | undefined;
}

export type Outcome = Omit<OutcomeRequest, 'fence'>;

const SIGKILLED = 128 + 9;

export function succeeded(result: StepResult): boolean {
  return result.exitCode === 0 || result.step.successExitCodes.includes(result.exitCode);
}

/** Whether the plan has been made, and there is something to apply. */
export function planHasChanges({ results, planStep }: Pick<StageResult, 'results' | 'planStep'>): boolean {
  const plan = results.find((result) => result.step.name === planStep);
  return plan?.exitCode === CHANGES_EXIT_CODE;
}

/**
 * What the relay tells of the stage. Undefined when the cause lies outside of the run Pod's containers (the Pod is
 * being ended, or the worker container went without a word): the controller sees the cause and reports it.
 */
export function decideOutcome(stage: StageResult): Outcome | undefined {
  const { steps, results, ending } = stage;
  const failed = results.find((result) => !succeeded(result));
  if (failed === undefined && results.length === steps.length) {
    const hasChanges = planHasChanges(stage);
    return { reason: 'Succeeded', message: `The stage ${stage.stage} succeeded.`, exitCode: 0, hasChanges };
  }
  const exitCode = failed?.exitCode ?? null;
  if (ending !== undefined) return endedOutcome(ending, exitCode);
  if (failed === undefined) return undefined;
  if (stage.missingTool !== undefined && failed.step.name === TOOL_STEP) {
    return failure('ConfigError', stage.missingTool, exitCode);
  }
  const ended = `Step ${failed.step.name} ended with exit code ${failed.exitCode}`;
  const raise = 'raise resources.limits.memory of spec.pod.workerContainer';
  if (failed.exitCode === SIGKILLED || failed.outOfMemory === true) {
    if (failed.outOfMemory === true)
      return failure('OutOfMemory', `${ended}: it ran out of memory; ${raise}.`, exitCode);
    if (failed.outOfMemory === undefined) {
      return failure(
        'OutOfMemory',
        `${ended} (SIGKILL), most likely because it ran out of memory; ${raise}.`,
        exitCode,
      );
    }
    return failure('UserFailed', `${ended} (SIGKILL), though not for want of memory.`, exitCode);
  }
  return failure('UserFailed', `${ended}.`, exitCode);
}

function failure(reason: Outcome['reason'], message: string, exitCode: number | null): Outcome {
  return { reason, message, exitCode, hasChanges: false };
}

function endedOutcome(ending: Ending, exitCode: number | null): Outcome | undefined {
  switch (ending.cause) {
    case 'cancelled':
      return failure('Cancelled', ending.message, exitCode);
    case 'run-timeout':
    case 'logs-timeout':
      return failure('RunTimeout', ending.message, exitCode);
    case 'terminated':
      return undefined;
  }
}
