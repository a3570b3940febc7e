import type { WorkScript } from './work';

/** A run Pod, as whoever watches it sees it. */
export interface SeenPod {
  /** Its name. */
  readonly label: string;
  readonly uid: string;
  /** What it carries out. */
  readonly attempt: { readonly runId: string; readonly stage: string; readonly attempt: number };
}

/** Told of what happens in Pods. */
export interface PodObserver {
  stepBegan(pod: SeenPod): void;
  stepEnded(pod: SeenPod): void;
  lineWritten(pod: SeenPod, text: string): void;
  deadlineExceeded(pod: SeenPod): void;
  /** What the steps of a Pod are going to do. */
  scripted(pod: SeenPod, script: WorkScript): void;
  /** A program of ours ended as nobody expected. */
  crashed(pod: SeenPod, container: string, error: unknown): void;
}

/** Told of what is done to runs: what happens to them then is not the fault of anybody else. */
export interface DeedObserver {
  asked(runId: string): void;
  /** A person wants this run to end, or lets others have its stack. */
  stopped(runId: string): void;
  /** Something of the Pod of the run was broken. */
  hurt(runId: string, why: string): void;
  /** From now on it may be so for all runs. */
  hurtAll(why: string): void;
  /** A backup was restored, which is of before what has happened since. */
  restored(): void;
}

/** Lines that a relay, or `init`, was told to be stored. */
export interface Acknowledged {
  readonly runId: string;
  readonly attempt: number;
  readonly writer: string;
  readonly sequence: number;
  readonly text: string;
}
