import { expect, test } from '@jest/globals';
import { decideOutcome } from '../../../src/launcher/relay/outcome';
import type { StageResult, StepResult } from '../../../src/launcher/relay/outcome';

const steps = [
  { name: 'init', command: 'tofu init', successExitCodes: [] },
  { name: 'plan', command: 'tofu plan', successExitCodes: [2] },
];
const ended = (index: number, exitCode: number, outOfMemory?: boolean): StepResult => ({
  step: steps[index]!,
  exitCode,
  outOfMemory,
});
const ending = (cause: 'cancelled' | 'run-timeout' | 'logs-timeout' | 'terminated'): StageResult['ending'] => ({
  cause,
  message: 'why',
  at: 1,
});
const stage = (results: StepResult[], changes: Partial<StageResult> = {}): StageResult => ({
  stage: 'preparing',
  steps,
  planStep: 'plan',
  results,
  ending: undefined,
  ...changes,
});

test.each([
  ['all steps succeeded without changes', stage([ended(0, 0), ended(1, 0)]), ['Succeeded', 0, false]],
  ['the plan has changes', stage([ended(0, 0), ended(1, 2)]), ['Succeeded', 0, true]],
  ['another step exits with 2', stage([ended(0, 2)]), ['UserFailed', 2, false]],
  ['a step failed', stage([ended(0, 1)]), ['UserFailed', 1, false]],
  ['a step was killed, the kernel does not say why', stage([ended(0, 137)]), ['OutOfMemory', 137, false]],
  ['a step was killed for want of memory', stage([ended(0, 137, true)]), ['OutOfMemory', 137, false]],
  ['what a step started was killed for want of memory', stage([ended(0, 1, true)]), ['OutOfMemory', 1, false]],
  ['a step was killed, but not for want of memory', stage([ended(0, 137, false)]), ['UserFailed', 137, false]],
  ['the run was stopped', stage([ended(0, 143)], { ending: ending('cancelled') }), ['Cancelled', 143, false]],
  ['it was stopped between steps', stage([ended(0, 0)], { ending: ending('cancelled') }), ['Cancelled', null, false]],
  ['it took too long', stage([ended(0, 137)], { ending: ending('run-timeout') }), ['RunTimeout', 137, false]],
  ['it was silent too long', stage([], { ending: ending('logs-timeout') }), ['RunTimeout', null, false]],
  [
    'the stop came too late',
    stage([ended(0, 0), ended(1, 2)], { ending: ending('cancelled') }),
    ['Succeeded', 0, true],
  ],
] as const)('when %s', (_case, given, [reason, exitCode, hasChanges]) => {
  expect(decideOutcome(given)).toMatchObject({ reason, exitCode, hasChanges });
});

test.each([
  ['the Pod is being ended', stage([ended(0, 143)], { ending: ending('terminated') })],
  ['the worker container went without a word', stage([ended(0, 0)])],
])('the outcome is left to the controller when %s', (_case, given) => {
  expect(decideOutcome(given)).toBeUndefined();
});
