import type { RunRecord } from '../store/records';

/** Of runs that somebody wants first. */
export const PRIORITIZED = 0;

/** Of those that wait for nothing but a worker the lowest go first: prioritized ones, then those that change something. */
export const usualRank = ({ type }: Pick<RunRecord, 'type'>): number => (type === 'TRACKED' ? 1 : 2);
