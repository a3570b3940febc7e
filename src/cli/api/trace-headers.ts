const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Headers by which the control plane goes on with the trace that a CI system began for this job, in the variable TRACEPARENT. */
export function traceHeaders({ TRACEPARENT: traceparent = '' }: NodeJS.ProcessEnv): Record<string, string> {
  return TRACEPARENT.test(traceparent) ? { traceparent } : {};
}
