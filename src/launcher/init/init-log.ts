import type { Clock } from '../../time';
import type { LogEntry } from '../../protocol/messages';
import { CallError, type LauncherClient } from '../client';

/** The lines that `init` adds to the run's log: numbered from 1, sent again until acknowledged. */
export class InitLog {
  private readonly entries: LogEntry[] = [];
  private acknowledged = 0;

  constructor(
    private readonly client: LauncherClient,
    private readonly clock: Clock,
  ) {}

  add(line: string): void {
    const entry = { time: this.clock.now(), stream: 'system', step: '', text: `${line}\n` } as const;
    this.entries.push({ sequence: this.entries.length + 1, ...entry });
  }

  /** Sends what is not acknowledged. @throws CallError; what it did not send is sent by the next call. */
  async send(): Promise<void> {
    while (this.acknowledged < this.entries.length) {
      const before = this.acknowledged;
      // Lower than before after the restore of a backup: then all from there on is wanted again.
      this.acknowledged = await this.client.logs('init', this.entries.slice(before));
      if (this.acknowledged <= before) throw new CallError('internal', 'The control plane does not store the log.');
    }
  }
}
