import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HistoryEvent, SeenRequest } from './fault-server.store';

type Verb = SeenRequest['verb'];

export type Fault =
  /** None: lets one request through to those behind it. */
  | { on: Verb; kind: 'none' }
  /** No answer at all. */
  | { on: Verb; kind: 'hang' }
  /** The right answer, once the test releases it. */
  | { on: Verb; kind: 'slow' }
  /** A TCP reset instead of an answer. */
  | { on: Verb; kind: 'reset' }
  /** A 200 whose body breaks off. */
  | { on: Verb; kind: 'half-answer' }
  /** An error answer. */
  | { on: Verb; kind: 'answer'; status: number; reason?: string; retryAfterSeconds?: number; text?: string }
  /** The list as it was at an earlier version. */
  | { on: 'list'; kind: 'stale'; version: number }
  /** The watch is opened and says nothing, ever. */
  | { on: 'watch'; kind: 'silent' }
  /** The watch sends this text after the events due, then perhaps ends. */
  | { on: 'watch'; kind: 'raw'; text: string; end?: boolean }
  /** The events due are sent in another order or number. */
  | { on: 'watch'; kind: 'disorder'; arrange: (events: HistoryEvent[]) => HistoryEvent[] };

export interface FaultRequest {
  seen: SeenRequest;
  body: string;
  response: ServerResponse;
}

const VERBS: Record<string, Verb> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

export function seenBy(request: IncomingMessage, url: URL): SeenRequest {
  return {
    verb: VERBS[request.method ?? ''] ?? readVerb(url),
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.authorization,
  };
}

function readVerb(url: URL): Verb {
  if (url.searchParams.has('watch')) return 'watch';
  return /\/pods$/.test(url.pathname) ? 'list' : 'get';
}

/** The API's Status object with that code. */
export function refusalOf(fault: Extract<Fault, { kind: 'answer' }>, response: ServerResponse): void {
  const { status, reason = 'Injected', retryAfterSeconds, text } = fault;
  response.writeHead(status, {
    'content-type': text === undefined ? 'application/json' : 'text/html',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: status,
    reason,
    message: `injected ${status}`,
  };
  response.end(text ?? JSON.stringify(body));
}
