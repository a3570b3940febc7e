import type { StackDependencyReference } from '../store/records';
import type { ChangeTimes } from '../store/outputs';

interface Handed {
  /** What the one stack takes of the other. */
  readonly references: readonly Pick<StackDependencyReference, 'outputName' | 'triggerAlways' | 'changedAt'>[];
  /** When the outputs of the other changed; undefined where none are known. */
  readonly outputs: ChangeTimes | undefined;
  /** When the one got its inputs last, for a run that had success; undefined when it never has. */
  readonly takenAt: number | undefined;
}

/**
 * Whether a run that has finished has something new for a stack that depends on its stack: an output that it takes was changed
 * since its own last run with success. One that takes nothing follows every run, and one that misses an output is to say so.
 */
export function hasNews({ references, outputs, takenAt }: Handed): boolean {
  if (references.length === 0 || outputs === undefined || takenAt === undefined) return true;
  return references.some(({ outputName, triggerAlways, changedAt }) => {
    const outputChangedAt = Object.hasOwn(outputs, outputName) ? outputs[outputName]! : Infinity;
    return triggerAlways || Math.max(changedAt, outputChangedAt) >= takenAt;
  });
}
