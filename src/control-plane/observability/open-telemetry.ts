import { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { RequestError } from '../errors';
import type { RequestTrace, SpanAttributes, Tracing } from '../tracing';
import { batchOf, samplerOf } from './trace-variables';

/** What is logged of a failure to send. */
const LONGEST_MESSAGE = 500;

interface TracingOptions {
  readonly version: string;
  readonly logger: Logger;
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * Spans for an OTLP receiver by HTTP. Where it is, and what is sampled, say the variables of OpenTelemetry. Nothing is set for
 * the whole process: two control planes in one have their own.
 */
export class OpenTelemetry implements Tracing {
  private readonly active = new AsyncLocalStorage<Context>();
  private readonly propagator = new W3CTraceContextPropagator();

  private constructor(
    private readonly provider: TracerProvider,
    private readonly tracer: Tracer,
  ) {}

  static start({ version, logger, variables }: TracingOptions): OpenTelemetry {
    // What cannot be sent is told there alone.
    const say = (message: string) => logger.warn(`traces: ${message.slice(0, LONGEST_MESSAGE)}`);
    const quiet = () => undefined;
    diag.setLogger(
      { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const named = resourceFromAttributes({
      'service.name': 'worker-pools-control-plane',
      'service.version': version,
    });
    const provider = new TracerProvider({
      // The variables win: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
      resource: named.merge(detectResources({ detectors: [envDetector] })),
      sampler: samplerOf(variables),
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchOf(variables) })],
    });
    return new OpenTelemetry(provider, provider.getTracer('worker-pools-control-plane', version));
  }

  async span<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const context = this.active.getStore() ?? ROOT_CONTEXT;
    const span = this.tracer.startSpan(name, { attributes }, context);
    try {
      return await this.active.run(trace.setSpan(context, span), work);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  async request(headers: Pick<Headers, 'get'>, work: () => Promise<RequestTrace>): Promise<void> {
    const carrier = { traceparent: headers.get('traceparent') ?? '', tracestate: headers.get('tracestate') ?? '' };
    const context = this.propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const span = this.tracer.startSpan('HTTP', { kind: SpanKind.SERVER }, context);
    try {
      const { method, route, status } = await this.active.run(trace.setSpan(context, span), work);
      span.updateName(route === undefined ? method : `${method} ${route}`);
      span.setAttributes({ 'http.request.method': method, 'http.response.status_code': status });
      if (route !== undefined) span.setAttribute('http.route', route);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  async close(): Promise<void> {
    // A receiver that is not there must not keep a control plane from ending.
    await this.provider.shutdown().catch(() => undefined);
  }
}

/** By its kind alone: the sentences of errors may have anything in them. */
function failed(span: Span, error: unknown): void {
  const isRefusal = error instanceof RequestError;
  const type = isRefusal ? error.code : error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  if (!isRefusal || type === 'internal') span.setStatus({ code: SpanStatusCode.ERROR });
}
