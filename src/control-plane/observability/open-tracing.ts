import type { Logger } from 'pino';
import { TraceVariableError } from '../../tracing/spans';
import { ConfigurationError } from '../errors';
import { UNTRACED, type Tracing } from '../tracing';

interface TracingChoice {
  readonly traces: boolean | undefined;
  readonly version: string;
  readonly logger: Logger;
}

/**
 * Spans where traces are on, and OTEL_SDK_DISABLED does not take that back. The SDK is loaded only there.
 * @throws ConfigurationError
 */
export async function openTracing({ traces, version, logger }: TracingChoice): Promise<Tracing> {
  const { env: variables } = process;
  if (!traces || variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return UNTRACED;
  const { OpenTelemetry } = await import('./open-telemetry');
  try {
    return OpenTelemetry.start({ version, logger, variables });
  } catch (error) {
    throw error instanceof TraceVariableError ? new ConfigurationError(error.message) : error;
  }
}
