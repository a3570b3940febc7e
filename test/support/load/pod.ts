import { LauncherClient } from '../../../src/launcher/client';
import type { PoolAccess } from '../../../src/launcher/credentials';
import type { Assignment, LogEntry } from '../../../src/protocol/messages';
import { sleep, systemClock } from '../../../src/time';
import { insist } from './insist';
import type { Ledger } from './ledger';

export interface PodLife {
  /** Between its first and its last log line, in milliseconds. */
  readonly lifeMs: number;
  /** Numbered lines that it logs in that time. */
  readonly lines: number;
  /** Lines of one request. */
  readonly batch: number;
}

export const logLine = (runId: string, sequence: number): string => `line ${sequence} of ${runId}\n`;

/** What a run Pod says to the control plane, from its start to its outcome, with the client that it has there. */
export async function playPod(
  access: PoolAccess,
  assignment: Assignment,
  { lifeMs, lines, batch }: PodLife,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<void> {
  const { runId, stage, attempt, fence, startDeadline } = assignment;
  const podUid = `${runId}-${attempt}-${fence}`;
  const identity = { runId, stage, attempt, fence, startDeadline, podUid, workerName: 'worker' };
  const client = new LauncherClient({ access, identity });
  try {
    await insist(() => client.start(), signal);
    ledger.started(runId, podUid);
    let stored = 0;
    while (stored < lines) {
      await sleep(systemClock, (lifeMs * Math.min(batch, lines - stored)) / lines, signal);
      const entries = entriesOf(runId, stored, Math.min(batch, lines - stored));
      // A control plane that was restored from a backup says where to go on.
      stored = await insist(() => client.logs('relay', entries, signal), signal);
    }
    const message = 'The plan has no changes.';
    const outcome = { reason: 'Succeeded', message, exitCode: 0, hasChanges: false } as const;
    const { state } = await insist(() => client.outcome(outcome, signal), signal);
    ledger.ended(runId, state);
  } finally {
    await client.close();
  }
}

function entriesOf(runId: string, stored: number, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const sequence = stored + index + 1;
    return { sequence, time: Date.now(), stream: 'stdout', step: 'plan', text: logLine(runId, sequence) };
  });
}
