import type { ProviderOptions } from './provider';
import { NO_SPANS, TraceVariableError, type Spans } from './spans';

/** Says that a program is to send traces; the others of OpenTelemetry say where to. */
const EXPORTER = 'OTEL_TRACES_EXPORTER';
/** An end of a Pod, or of a run, is not held up for longer by a receiver that is not there. */
const TIMEOUT_MS = 3_000;

/** Whether the variables of a controller or launcher turn traces on. @throws TraceVariableError for another exporter */
export function areTracesOn(variables: NodeJS.ProcessEnv): boolean {
  const exporter = variables[EXPORTER] || 'none';
  if (exporter !== 'otlp' && exporter !== 'none') {
    throw new TraceVariableError(`${EXPORTER}: it must be otlp or none, not ${JSON.stringify(exporter)}`);
  }
  return exporter === 'otlp' && variables.OTEL_SDK_DISABLED?.toLowerCase() !== 'true';
}

/** Spans where the variables turn traces on. The SDK is loaded only there. @throws TraceVariableError */
export async function openSpans(options: Omit<ProviderOptions, 'timeoutMs'>): Promise<Spans> {
  if (!areTracesOn(options.variables)) return NO_SPANS;
  const [{ startProvider }, { Recorder }] = await Promise.all([import('./provider'), import('./recorder')]);
  return new Recorder(startProvider({ ...options, timeoutMs: TIMEOUT_MS }));
}
