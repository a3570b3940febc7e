import { readFileSync, statSync } from 'node:fs';

/** The start of the controller's user agent. */
export const CONTROLLER_AGENT = 'worker-pools-controller/';

/** How many requests of one kind were made. */
export interface RequestCount {
  /** For example `create pods` or `patch workers/status`. */
  readonly request: string;
  readonly count: number;
}

interface AuditEvent {
  readonly verb: string;
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** A place in an audit log, to count from later. */
export const auditPosition = (log: string): number => statSync(log).size;

/** What a client (by the start of its user agent) asked between two places of an audit log; the most frequent first. */
export function countRequests(log: string, userAgent: string, from: number, to: number): RequestCount[] {
  return tally(readFileSync(log).subarray(from, to).toString('utf8'), userAgent);
}

export function tally(lines: string, userAgent: string): RequestCount[] {
  const counts = new Map<string, number>();
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as AuditEvent;
    if (!event.userAgent?.startsWith(userAgent)) continue;
    const request = `${event.verb} ${whatOf(event)}`;
    counts.set(request, (counts.get(request) ?? 0) + 1);
  }
  return [...counts]
    .map(([request, count]) => ({ request, count }))
    .sort((a, b) => b.count - a.count || a.request.localeCompare(b.request));
}

function whatOf({ objectRef, requestURI }: AuditEvent): string {
  if (!objectRef?.resource) return requestURI.split('?')[0] ?? '';
  return objectRef.subresource ? `${objectRef.resource}/${objectRef.subresource}` : objectRef.resource;
}

export const total = (counts: readonly RequestCount[]): number => counts.reduce((sum, { count }) => sum + count, 0);
