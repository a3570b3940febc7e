import type { Clock } from '../../time';
import type { LogEntry } from '../../protocol/messages';
import type { LauncherClient } from '../client';

/** The lines that `init` adds to the run's log: numbered from 1, sent again until acknowledged. */
export class InitLog {
  private sequence = 0;
  private unacknowledged: LogEntry[] = [];

  constructor(
    private readonly client: LauncherClient,
    private readonly clock: Clock,
  ) {}

  add(line: string): void {
    const entry = { time: this.clock.now(), stream: 'system', step: '', text: `${line}\n` } as const;
    this.unacknowledged.push({ sequence: ++this.sequence, ...entry });
  }

  /** Sends what is not acknowledged. @throws CallError; what it did not send is sent by the next call. */
  async send(): Promise<void> {
    if (this.unacknowledged.length === 0) return;
    const acknowledged = await this.client.logs('init', this.unacknowledged);
    this.unacknowledged = this.unacknowledged.filter((entry) => entry.sequence > acknowledged);
  }
}
