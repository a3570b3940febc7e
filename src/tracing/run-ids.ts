import { createHash } from 'node:crypto';

/** What names a span, as W3C Trace Context has it: 32 and 16 digits of hexadecimal. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/*
 * The ids of a run's trace follow from the run's own: control plane, controller and launcher tell of one trace without
 * telling each other, whatever the version of each, and whoever has a run's ULID finds its trace.
 */

/** Of the span of a whole run, which is the root of its trace. */
export function idsOfRun(runId: string): SpanIds {
  return { traceId: digits(`trace ${runId}`), spanId: digits(`run ${runId}`).slice(0, 16) };
}

/** Of the span of one attempt at a stage of it. */
export function idsOfAttempt(runId: string, attempt: number): SpanIds {
  const spanId = digits(`attempt ${attempt} of ${runId}`).slice(0, 16);
  return { traceId: idsOfRun(runId).traceId, spanId };
}

/** Pods are named by ULIDs in lower case. */
function digits(of: string): string {
  return createHash('sha256').update(`worker-pools: ${of.toUpperCase()}`).digest('hex').slice(0, 32);
}
