import type { RunPod } from '../../../src/controller/run/pod';
import type { PoolToken } from '../../../src/protocol/token';
import type { Clock } from '../../../src/time';
import type { Volumes } from '../platform/files';
import type { Random } from '../random';
import type { SimulatedNetwork } from './network';
import type { PodObserver } from './observers';
import type { Scheduler } from './scheduler';
import type { Timeline } from './timeline';
import type { WorkScript } from './work';

/** What a Pod has of its node, and of the world. */
export interface PodSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly timeline: Timeline;
  readonly volumes: Volumes;
  readonly network: SimulatedNetwork;
  readonly observe: PodObserver;
  /** The pool's credentials as they lie in its Secret now. */
  readonly secret: () => { readonly token: PoolToken; readonly privateKey: string };
  readonly script: () => WorkScript;
  readonly tell: (pod: RunPod, status: Record<string, unknown>) => void;
  readonly finish: (pod: RunPod) => void;
}
