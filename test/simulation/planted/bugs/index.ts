import type { PlantedBug } from '../bug';
import { CONTROL_PLANE_BUGS } from './control-plane';
import { LAUNCHER_BUGS } from './launcher';
import { POOL_BUGS } from './pool';
import { RUNTIME_BUGS } from './runtime';
import { WORKER_BUGS } from './worker';

/** Each must be caught by the simulation, when it alone is in the product. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...WORKER_BUGS,
  ...POOL_BUGS,
  ...RUNTIME_BUGS,
  ...CONTROL_PLANE_BUGS,
  ...LAUNCHER_BUGS,
];
