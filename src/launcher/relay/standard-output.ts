import type { LogEntry } from '../../protocol/messages';
import type { RelayRun } from '../exchange';

/** A log entry for collectors of container logs: one JSON object, with its line feed, for each line of output. */
export function asJsonLines({ runId, stack }: Pick<RelayRun, 'runId' | 'stack'>, entry: LogEntry): string {
  const { time, stream, step } = entry;
  const common = { ts: new Date(time).toISOString(), run_ulid: runId, stack_id: stack, step, stream };
  const lines = entry.text.replace(/\n$/, '').split('\n');
  return lines.map((msg) => `${JSON.stringify({ ...common, msg })}\n`).join('');
}
