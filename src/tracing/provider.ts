import { diag, DiagLogLevel, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider, type Sampler } from '@opentelemetry/sdk-trace';
import { PlainAgent, SecureAgent } from '../network/agents';
import { Proxies } from '../network/proxies';
import type { SpanIds } from './run-ids';
import { batchOf, samplerOf, tlsOf } from './trace-variables';

/** What is logged of a failure to send. */
const LONGEST_MESSAGE = 500;

export interface ProviderOptions {
  /** Name of the program, unless OTEL_SERVICE_NAME says another. */
  readonly service: string;
  readonly version: string;
  /** Takes what could not be sent. */
  readonly warn: (message: string) => void;
  readonly variables: NodeJS.ProcessEnv;
  /** How long sending may take where OTEL_EXPORTER_OTLP_TIMEOUT says nothing, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
}

/** Spans of one program, on their way to an OTLP receiver by HTTP; nothing is set for the whole process. */
export interface Provider {
  readonly tracer: Tracer;
  readonly sampler: Sampler;
  /** Gives the next span that begins these ids. */
  readonly next: (ids: SpanIds | undefined) => void;
  /** Never rejects: a receiver that is not there must not keep a program from ending. */
  close(): Promise<void>;
}

/** Where the receiver is, and what is sampled, say the variables. @throws TraceVariableError */
export function startProvider({ service, version, warn, variables, timeoutMs }: ProviderOptions): Provider {
  // What cannot be sent is told there alone.
  const say = (message: string) => warn(`traces: ${message.slice(0, LONGEST_MESSAGE)}`);
  const quiet = () => undefined;
  diag.setLogger(
    { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const sampler = samplerOf(variables);
  const given = variables.OTEL_EXPORTER_OTLP_TIMEOUT ?? variables.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT;
  const exporter = new OTLPTraceExporter({
    httpAgentOptions: agentsOf(variables),
    ...(given || timeoutMs === undefined ? {} : { timeoutMillis: timeoutMs }),
  });
  const ids = new ChosenIds();
  const named = resourceFromAttributes({ 'service.name': service, 'service.version': version });
  const provider = new TracerProvider({
    // The variables win: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    sampler,
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batchOf(variables) })],
  });
  return {
    tracer: provider.getTracer(service, version),
    sampler,
    next: (chosen) => void (ids.chosen = chosen),
    close: () =>
      provider.shutdown().catch((error: unknown) => say(error instanceof Error ? error.message : String(error))),
  };
}

/** Through the proxy that the rule of all programs names. */
function agentsOf(variables: NodeJS.ProcessEnv): (protocol: string) => PlainAgent | SecureAgent {
  const tls = tlsOf(variables);
  const kept = { keepAlive: true, proxies: new Proxies(variables) };
  return (protocol) => (protocol === 'https:' ? new SecureAgent({ ...kept, ...tls }) : new PlainAgent(kept));
}

/** Random ids, but for a span whose ids are known before. */
class ChosenIds extends RandomIdGenerator {
  chosen: SpanIds | undefined;

  override generateTraceId = (): string => this.chosen?.traceId ?? this.random.generateTraceId();
  override generateSpanId = (): string => this.chosen?.spanId ?? this.random.generateSpanId();

  private readonly random = new RandomIdGenerator();
}
