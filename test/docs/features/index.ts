import { API, MANAGEMENT } from './control-plane';
import type { FeatureGroup } from './feature';
import { OPERATION, POOLS_AND_WORKERS } from './operator';
import { RUNS } from './runs';

export type { Feature, FeatureGroup, Proof } from './feature';

/** What the documentation of worker pools promises, with the tests that show it. */
export const FEATURES: readonly FeatureGroup[] = [POOLS_AND_WORKERS, RUNS, OPERATION, MANAGEMENT, API];
