import type { RunRecord } from '../store/records';
import { takesTurns } from './run-types';

/** Of runs that somebody wants first. */
export const PRIORITIZED = 0;

/**
 * Of those that wait for nothing but a worker the lowest go first: prioritized ones, those that change something, those that
 * only plan, and last those that look for drift, for which nobody waits.
 */
export function usualRank({ type, driftDetection }: Pick<RunRecord, 'type' | 'driftDetection'>): number {
  if (takesTurns(type)) return 1;
  return driftDetection ? 3 : 2;
}
