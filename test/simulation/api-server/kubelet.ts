import type { Core } from './core';
import { removeObject } from './deletion';
import { storeKey } from './store';
import type { Stored } from './types';

type PodRef = Pick<Stored, 'metadata'>;

/**
 * What scheduler and nodes do to Pods, at once and without faults: how late a node is, and what it loses, is decided by who
 * plays it. Each returns false where this very Pod (by its UID) is gone.
 */
export class Kubelet {
  constructor(private readonly core: Core) {}

  /** The Pods of a node, or all. */
  pods(node?: string): readonly Stored[] {
    const pods = [...this.core.store.all('pods').values()];
    return node === undefined ? pods : pods.filter(({ spec }) => spec?.nodeName === node);
  }

  /** The scheduler found a place. False for a Pod that has one, or is being deleted. */
  bind(pod: PodRef, nodeName: string): boolean {
    const live = this.live(pod);
    if (!live || live.metadata.deletionTimestamp !== undefined || live.spec?.nodeName !== undefined) return false;
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: this.core.timestamp() };
    const conditions = (live.status?.conditions ?? []) as readonly { type: string }[];
    const others = conditions.filter(({ type }) => type !== 'PodScheduled');
    return this.change(pod, 'scheduler', () => ({
      ...live,
      spec: { ...live.spec, nodeName },
      status: { ...live.status, conditions: [...others, scheduled] },
    }));
  }

  /** Replaces the status. */
  setStatus(pod: PodRef, status: Readonly<Record<string, unknown>>): boolean {
    return this.change(pod, 'kubelet', (live) => ({ ...live, status: { ...status, qosClass: live.status?.qosClass } }));
  }

  /** Nothing of a deleted Pod runs any more: it goes. */
  finish(pod: PodRef): boolean {
    return this.remove(pod, 'kubelet');
  }

  /** Without asking the kubelet: people with `--force`, and the garbage collection of Pods of nodes that are gone. */
  forceDelete(pod: PodRef, by = 'pod-garbage-collector'): boolean {
    return this.remove(pod, by);
  }

  private remove(pod: PodRef, by: string): boolean {
    const live = this.live(pod);
    if (live) removeObject(this.core, { resource: 'pods', by }, live, { gracePeriodSeconds: 0 });
    return live !== undefined;
  }

  private change(pod: PodRef, by: string, next: (live: Stored) => Stored): boolean {
    const live = this.live(pod);
    if (!live) return false;
    const changed = next(live);
    if (changed !== live) this.core.store.put('pods', keyOf(live), changed, by);
    return true;
  }

  private live(pod: PodRef): Stored | undefined {
    const live = this.core.store.get('pods', keyOf(pod));
    return live?.metadata.uid === pod.metadata.uid ? live : undefined;
  }
}

function keyOf({ metadata: { namespace, name } }: PodRef): string {
  return storeKey(namespace, name);
}
