import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../run-program';
import type { ApiClient } from './client';
import { Outage } from './outage';
import { UncolouredText } from '../../text/visible';
import { print, PrintedPieces } from './output';
import { UnavailableError } from './refused';

/** How a run stood when its log ended. */
export interface LogEnd {
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
}

interface LogLine {
  readonly id: number;
  readonly stream: 'system' | 'stdout' | 'stderr';
  readonly text: string;
}

const TERMINAL = new Set(['FINISHED', 'FAILED', 'STOPPED', 'CANCELED', 'DISCARDED']);
/** How long a log that ended without the run waits before it looks again. */
const PAUSE_MS = 1000;
const COMFORT = 'the run goes on, and its log from here on once it is back. Ctrl-C ends this command only';

/**
 * Prints a run's log. A follower that is cut off goes on where it was, however long it takes, since the run goes on, too;
 * only one that never got through gives up at once, because its address may be wrong.
 */
export async function followLog(client: ApiClient, runId: string, follow: boolean): Promise<LogEnd> {
  const log = new PrintedLog();
  try {
    return await printLog(client, runId, follow, log);
  } finally {
    log.end();
  }
}

async function printLog(client: ApiClient, runId: string, follow: boolean, log: PrintedLog): Promise<LogEnd> {
  let after = 0;
  let end: LogEnd | undefined;
  const outage = new Outage(client, COMFORT);
  for (;;) {
    try {
      const stream = await client.stream(
        `/api/v1/runs/${encodeURIComponent(runId)}/log?after=${after}${follow ? '&follow=1' : ''}`,
      );
      outage.isOver();
      for await (const line of lines(stream)) {
        if (line === '') continue;
        const record = JSON.parse(line) as LogLine | LogEnd;
        if ('state' in record) {
          log.end();
          if (follow) announce(runId, record, end);
          end = record;
        } else {
          after = record.id;
          log.write(record);
        }
      }
      if (end && (!follow || TERMINAL.has(end.state))) return end;
      await sleep(PAUSE_MS);
    } catch (error) {
      const cause = asUserError(error, runId);
      if (!follow) throw cause;
      await outage.wait(cause);
    }
  }
}

/** An answer that broke off says that the connection did. */
function asUserError(error: unknown, runId: string): UserError {
  if (error instanceof UserError) return error;
  return new UnavailableError(`the log of run ${runId} broke off: ${(error as Error).message}`);
}

/** Only a line feed ends a line: JSON may hold the other separators that readline splits at. */
async function* lines(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const [first = '', ...others] = chunk.split('\n');
    rest += first;
    for (const next of others) {
      yield rest;
      rest = next;
    }
  }
}

function announce(runId: string, now: LogEnd, before: LogEnd | undefined): void {
  if (now.state === before?.state) return;
  const mood = now.state === 'FINISHED' ? 'good' : now.state === 'FAILED' ? 'bad' : 'strong';
  const hint =
    now.state === 'UNCONFIRMED' ? `; worker-pools run confirm ${runId} applies it, run discard drops it` : '';
  print(`--- ${now.state}${hint}`, process.stderr, mood);
}

/** What a run says on standard output: each of its streams by itself, as they come in turns. */
class PrintedLog {
  private readonly pieces = new Map<LogLine['stream'], PrintedPieces>();

  write({ stream, text }: LogLine): void {
    const pieces =
      this.pieces.get(stream) ??
      new PrintedPieces(process.stdout, stream === 'system' ? 'muted' : undefined, new UncolouredText());
    this.pieces.set(stream, pieces);
    pieces.write(text);
  }

  /** Leaves no colour on for what others print next. */
  end(): void {
    for (const pieces of this.pieces.values()) pieces.end();
  }
}
