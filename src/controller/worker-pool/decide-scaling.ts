import { DEFAULTS } from '../../api';

/** One Worker of a pool, as far as scaling needs to know it. */
export interface WorkerFact {
  /** ULID. */
  readonly id: string;
  /** Name of the object. */
  readonly name: string;
  /** UID of the object. */
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Somebody, perhaps we, has deleted the object; its finalizer keeps it until it is retired. */
  readonly deleting: boolean;
  /** The control plane knows it. */
  readonly registered: boolean;
  /** Has a run, or a Pod that is not finished. */
  readonly busy: boolean;
  /** Has a Pod that is not finished. */
  readonly livePod: boolean;
  /** The control plane was asked to retire it, and said that it is busy; it gets no further run. */
  readonly retiring: boolean;
  /** The control plane has agreed that it gets no further run and has none. */
  readonly retired: boolean;
  /** Made for a pool whose token the WorkerPool had before: the control plane's pool of now can never have it. */
  readonly ofOtherPool: boolean;
  /** When it was last asked to be retired, in milliseconds since the epoch. */
  readonly askedAt?: number;
}

/** What brings the Workers of a pool to the wanted number. */
interface ScalingPlan {
  /** How many new Workers to make. */
  readonly create: number;
  /** To be made known to the control plane. */
  readonly register: readonly WorkerFact[];
  /** To be asked for at the control plane: the next victims, and earlier ones that were busy then. */
  readonly retire: readonly WorkerFact[];
  /** Retired, or of no use to anybody: the objects may go. */
  readonly remove: readonly WorkerFact[];
}

/** A busy victim is asked again so often even if nothing was heard of it, in milliseconds. */
export const ASK_AGAIN_MS = 30_000;
/** One that seems free by now is asked again after this long at the earliest, in milliseconds. */
export const ASK_FREE_AGAIN_MS = 1_000;

/**
 * The number of Workers wanted. An absent `spec.poolSize` keeps what was wanted before, so that applying a manifest
 * again does not undo an autoscaler's scaling; a new pool gets one Worker.
 */
export function desiredPoolSize(specSize: number | undefined, desiredBefore: number | undefined): number {
  return specSize ?? desiredBefore ?? DEFAULTS.poolSize;
}

/** Whether a Worker counts towards the pool's size: it may still get runs. */
export function isActive(worker: WorkerFact): boolean {
  return !worker.deleting && !worker.retiring && !worker.retired && !worker.ofOtherPool;
}

/**
 * Computes the way from the Workers there are to the wanted number. A Worker once asked to retire never counts again:
 * the control plane gives it nothing more, so growing again makes a new one in its place.
 */
export function planScaling(workers: readonly WorkerFact[], desired: number, now: number): ScalingPlan {
  const active = workers.filter(isActive);
  const excess = active.length - desired;
  const victims = excess > 0 ? [...active].sort(byVictimOrder).slice(0, excess) : [];
  const spared = new Set(active);
  for (const victim of victims) spared.delete(victim);
  const again = workers.filter((worker) => awaitsRetirement(worker) && now >= askAgainAt(worker));
  return {
    create: Math.max(0, -excess),
    register: [...spared].filter((worker) => !worker.registered),
    retire: [...victims, ...again],
    remove: workers.filter((worker) => (worker.ofOtherPool ? isFree(worker) : worker.retired && !worker.deleting)),
  };
}

/** Whether nothing runs on it, and nobody has deleted it yet. */
export function isFree({ deleting, livePod }: WorkerFact): boolean {
  return !deleting && !livePod;
}

/** Whether a Worker was asked for while it was busy, and is to be asked for again. */
export function awaitsRetirement(worker: WorkerFact): boolean {
  return worker.retiring && !worker.retired && !worker.deleting && !worker.ofOtherPool;
}

/** When a Worker that could not be retired is to be asked for again, unless it is heard of before. */
export function askAgainAt(worker: WorkerFact): number {
  return (worker.askedAt ?? 0) + (worker.busy ? ASK_AGAIN_MS : ASK_FREE_AGAIN_MS);
}

/**
 * Idle before busy, then the newest first: finished Pods are kept per Worker and go with it, so taking the youngest
 * Workers loses the least evidence and leaves the names that people know.
 */
function byVictimOrder(a: WorkerFact, b: WorkerFact): number {
  return Number(a.busy) - Number(b.busy) || b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
