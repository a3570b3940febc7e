import type { RunPod } from '../../../src/controller/run/pod';
import { PodOnNode } from './pod';
import { SimulatedProcess } from './process';
import type { PodSurroundings } from './surroundings';

type Given = Omit<PodSurroundings, 'clock' | 'tell' | 'finish'> & {
  /** What reaches the API server of what the kubelet writes. */
  readonly api: {
    setStatus(pod: RunPod, status: Readonly<Record<string, unknown>>): boolean;
    finish(pod: RunPod): boolean;
  };
  /** The Pods of the node, as the API server has them. */
  readonly podsOf: (node: string) => readonly RunPod[];
};

/** A machine with its kubelet and the Pods on it. */
export class SimulatedNode {
  readonly pods = new Map<string, PodOnNode>();
  /** By whose clock its kubelet goes. */
  readonly machine: SimulatedProcess;
  isUp = true;
  /** Takes no further Pods. */
  isCordoned = false;
  isKubeletUp = true;
  private readonly unsent = new Map<string, () => void>();

  constructor(
    readonly name: string,
    private readonly given: Given,
  ) {
    this.machine = new SimulatedProcess(given.scheduler, name);
  }

  get isReady(): boolean {
    return this.isUp && this.isKubeletUp;
  }

  /** A Pod of this node was made or changed, as the API server has it now. */
  take(pod: RunPod): void {
    const uid = pod.metadata.uid ?? '';
    if (!this.isReady) return;
    const known = this.pods.get(uid);
    if (known) return known.take(pod);
    // What was deleted before it began has nothing to end.
    if (pod.metadata.deletionTimestamp !== undefined) return void this.given.api.finish(pod);
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return;
    this.begin(pod);
  }

  /** It is gone without the kubelet's doing: what of it runs is ended. */
  lose(uid: string): void {
    if (!this.isReady) return;
    const pod = this.pods.get(uid);
    pod?.die();
    this.pods.delete(uid);
  }

  /** Without power. */
  crash(): void {
    this.isUp = false;
    for (const pod of this.pods.values()) pod.die();
  }

  /** The kubelet alone: containers go on. */
  stopKubelet(): void {
    this.isKubeletUp = false;
  }

  comeBack(): void {
    this.isUp = true;
    this.isKubeletUp = true;
    const stored = new Map(this.given.podsOf(this.name).map((pod) => [pod.metadata.uid ?? '', pod]));
    for (const uid of [...this.pods.keys()]) if (!stored.has(uid)) this.lose(uid);
    for (const [uid, pod] of stored) {
      const known = this.pods.get(uid);
      if (known) {
        known.comeBack();
        known.take(pod);
      } else this.take(pod);
    }
  }

  private begin(pod: RunPod): void {
    const { given } = this;
    const tell = (changed: RunPod, status: Record<string, unknown>): void =>
      this.later(changed.metadata.uid ?? '', () => void given.api.setStatus(changed, status));
    const finish = (ended: RunPod): void => {
      this.given.scheduler.after(given.random.between(5, 200), () => {
        if (!this.isReady) return;
        given.api.finish(ended);
        this.pods.delete(ended.metadata.uid ?? '');
      });
    };
    const { clock } = this.machine;
    const made = new PodOnNode({ ...given, clock, tell, finish }, pod);
    this.pods.set(pod.metadata.uid ?? '', made);
    made.start();
  }

  /** Only the newest of what is to be written of a Pod is written. */
  private later(uid: string, write: () => void): void {
    const isFirst = !this.unsent.has(uid);
    this.unsent.set(uid, write);
    if (!isFirst) return;
    this.given.scheduler.after(this.given.random.between(5, 300), () => {
      const newest = this.unsent.get(uid);
      this.unsent.delete(uid);
      if (this.isReady) newest?.();
    });
  }
}
