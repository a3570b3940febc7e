import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { sleep, type Clock } from '../../time';
import { Bell } from './bell';

/** Looks again at least this often, because not every file system tells of changes. */
const POLL_MS = 1000;
/** Output that comes in a burst is looked at together. */
const SETTLE_MS = 50;

/** Tells when something in a folder may have changed. */
export class Changes {
  private readonly bell = new Bell();
  private readonly watcher: FSWatcher | undefined;

  constructor(
    folder: string,
    private readonly clock: Clock,
  ) {
    try {
      this.watcher = watch(folder, () => this.bell.ring());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // No inotify, or no watch left on the node: polling alone does it.
      this.watcher = undefined;
    }
  }

  /** Makes `wait` return. */
  ring(): void {
    this.bell.ring();
  }

  async wait(): Promise<void> {
    const either = new AbortController();
    await Promise.race([this.bell.wait(either.signal), sleep(this.clock, POLL_MS, either.signal)]);
    either.abort();
    await sleep(this.clock, SETTLE_MS);
  }

  close(): void {
    this.watcher?.close();
  }
}
