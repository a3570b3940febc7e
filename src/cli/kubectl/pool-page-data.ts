import type { Worker, WorkerPool } from '../../api';
import type { RunPod } from '../../controller/run';
import type { KubeObject } from '../../controller/runtime';

/** As much of an Event as is shown. */
export interface Event extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

/** A pool with what belongs to it. */
export interface PoolPage {
  readonly pool: WorkerPool;
  readonly workers: readonly Worker[];
  readonly pods: readonly RunPod[];
  readonly events: readonly Event[];
}

/** Events that are shown. */
const EVENTS_SHOWN = 10;

export const timeOf = ({ lastTimestamp, eventTime, metadata }: Event): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

export const lastOf = (events: readonly Event[]): Event[] =>
  [...events].sort((a, b) => timeOf(a).localeCompare(timeOf(b))).slice(-EVENTS_SHOWN);
