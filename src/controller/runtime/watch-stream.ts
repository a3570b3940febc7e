import type { WatchEvent } from './client-types';
import type { KubeStatus } from './errors';
import { errorFromAnswer, errorFromStatus, isUnauthorized, KubeError, REASON } from './errors';
import type { KubeObject } from './objects';
import type { HttpRequest, KubeTransport } from './transport';
import { classify } from './transport';

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** One watch request as a sequence of events. Whatever is not a well-formed event is thrown, never skipped. */
export async function* readWatch<T extends KubeObject>(
  transport: KubeTransport,
  request: HttpRequest,
  onOpen?: () => void,
): AsyncGenerator<WatchEvent<T>> {
  const name = `${request.method} ${request.path}`;
  const answer = await transport.send(request);
  if (answer.status !== 200) {
    const error = errorFromAnswer(name, answer.status, await transport.text(request, answer), answer.retryAfter);
    if (isUnauthorized(error)) transport.refreshCredentials();
    throw error;
  }
  onOpen?.();
  try {
    for await (const line of readLines(answer.body)) yield parseEvent<T>(name, line);
  } catch (error) {
    throw classify(name, error, request.signal);
  } finally {
    answer.body.destroy();
  }
}

function parseEvent<T extends KubeObject>(name: string, line: string): WatchEvent<T> {
  let event: { type?: string; object?: T & KubeStatus };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (error) {
    throw malformed(name, 'a line is not JSON', error);
  }
  if (event.type === 'ERROR') throw errorFromStatus(name, event.object ?? {});
  if (event.type === undefined || !TYPES.has(event.type) || event.object?.metadata === undefined) {
    throw malformed(name, `a line is no event (type ${JSON.stringify(event.type)})`);
  }
  return event as WatchEvent<T>;
}

function malformed(name: string, what: string, cause?: unknown): KubeError {
  return new KubeError({ status: 0, reason: REASON.malformed, message: `${name}: ${what}.`, cause });
}

const STREAM = 'Malformed watch stream';
const NEWLINE = 0x0a;
/** Well above etcd's limit for one object (1.5 MiB), and well below what would hurt. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Splits a byte stream into lines. Unfinished lines are kept as the chunks they came in and joined once, so a large
 * object costs no more than its size. What follows the last newline is thrown as malformed, never passed on.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > MAX_LINE_BYTES) throw malformed(STREAM, `a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (pendingBytes > 0) throw malformed(STREAM, `the stream ended within a line, after ${pendingBytes} bytes of it`);
}
