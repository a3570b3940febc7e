import type { Clock } from '../../time';

export interface Sleep {
  /** Whether it was ended early: not by its time, nor by the signal. */
  readonly over: Promise<boolean>;
  /** Ends it now. */
  readonly wake: () => void;
}

/** Lets long polls sleep until what they wait for changes. */
export class Wakeups {
  private readonly sleepers = new Map<string, Set<() => void>>();
  private readonly listeners = new Set<(topic: string) => void>();
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly failed: (error: unknown, topic: string) => void,
  ) {}

  /** Wakes everybody who waits for the topic. */
  notify(topic: string): void {
    for (const wake of [...(this.sleepers.get(topic) ?? [])]) wake();
    for (const listener of this.listeners) {
      try {
        listener(topic);
      } catch (error) {
        // What they are told of has happened; the others are told, too.
        this.failed(error, topic);
      }
    }
  }

  /** Wakes everybody: what they wait for may have happened without a word. */
  notifyAll(): void {
    for (const topic of [...this.sleepers.keys()]) this.notify(topic);
  }

  /** Calls back at every notification, for the broker. */
  onNotify(listener: (topic: string) => void): void {
    this.listeners.add(listener);
  }

  /** Sleeps until the topic's next notification, the end of the time, the signal's abort or the end of the server. */
  sleep(topic: string, milliseconds: number, signal?: AbortSignal): Sleep {
    let wake = (): void => undefined;
    if (this.closed || signal?.aborted || milliseconds <= 0) return { over: Promise.resolve(false), wake };
    const sleepers = this.sleepers.get(topic) ?? new Set();
    this.sleepers.set(topic, sleepers);
    const over = new Promise<boolean>((resolve) => {
      const end = (isEarly: boolean) => {
        cancel();
        signal?.removeEventListener('abort', timeout);
        sleepers.delete(wake);
        if (sleepers.size === 0 && this.sleepers.get(topic) === sleepers) this.sleepers.delete(topic);
        resolve(isEarly);
      };
      const timeout = () => end(false);
      wake = () => end(true);
      const cancel = this.clock.setTimer(milliseconds, timeout);
      sleepers.add(wake);
      signal?.addEventListener('abort', timeout);
    });
    return { over, wake };
  }

  get isClosed(): boolean {
    return this.closed;
  }

  close(): void {
    this.closed = true;
    for (const sleepers of [...this.sleepers.values()]) for (const wake of [...sleepers]) wake();
  }
}

export const poolTopic = (poolId: string): string => `pool/${poolId}`;
/** Settings of a stack. */
export const stackTopic = (stackId: string): string => `stack/${stackId}`;
/** Something is to be delivered. */
export const WEBHOOKS_TOPIC = 'webhooks';
/** The settings of a pool of VCS agents, or that it is there at all. */
export const vcsAgentPoolTopic = (poolId: string): string => `vcs-agent-pool/${poolId}`;
export const runTopic = (runId: string): string => `run/${runId}`;
/** The credentials of a pool are no longer what they were. */
export const credentialsTopic = (poolId: string): string => `credentials/${poolId}`;
