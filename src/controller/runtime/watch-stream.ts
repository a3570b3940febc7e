import type { WatchEvent } from './client-types';
import type { KubeStatus } from './errors';
import { errorFromAnswer, errorFromStatus, isUnauthorized, KubeError, REASON } from './errors';
import { readLines } from './lines';
import type { KubeObject } from './objects';
import type { HttpRequest, Transport } from './transport';
import { classify } from './transport';

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** One watch request as a sequence of events. Whatever is not a well-formed event is thrown, never skipped. */
export async function* readWatch<T extends KubeObject>(
  transport: Transport,
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
