import type { LogEntry } from '../../protocol/messages';
import { withoutColours } from '../../text/visible';
import type { RelayRun } from '../exchange';

/** A log entry for collectors of container logs: one JSON object, with its line feed and no colours, for each line of output. */
export function asJsonLines(
  { runId, stack, stackId }: Pick<RelayRun, 'runId' | 'stack' | 'stackId'>,
  entry: LogEntry,
): string {
  const { time, stream, step } = entry;
  const common = { ts: new Date(time).toISOString(), run_ulid: runId, stack_id: stackId ?? stack, step, stream };
  // The relay's own text begins with a line feed where it would follow half a line.
  const text = stream === 'system' ? entry.text.replace(/^\n/, '') : entry.text;
  const lines = withoutColours(text).replace(/\n$/, '').split('\n');
  return lines.map((msg) => `${JSON.stringify({ ...common, msg })}\n`).join('');
}
