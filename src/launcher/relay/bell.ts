/** Wakes the one who waits for it; a ring that nobody waited for wakes the next at once. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves at the next ring, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.rung && !signal.aborted) {
      let aborted = (): void => undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        aborted = resolve;
        signal.addEventListener('abort', aborted);
      });
      signal.removeEventListener('abort', aborted);
    }
    this.rung = false;
    this.wake = undefined;
  }
}
