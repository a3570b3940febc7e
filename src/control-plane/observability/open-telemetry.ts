import { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Logger } from 'pino';
import { startProvider, type Provider } from '../../tracing/provider';
import { Recorder } from '../../tracing/recorder';
import type { Spans } from '../../tracing/spans';
import { RequestError } from '../errors';
import type { RequestTrace, SpanAttributes, Tracing } from '../tracing';

interface TracingOptions {
  readonly version: string;
  readonly logger: Logger;
  readonly variables: NodeJS.ProcessEnv;
}

/** Spans of requests, of what they do, and of runs. */
export class OpenTelemetry implements Tracing {
  readonly spans: Spans;
  private readonly active = new AsyncLocalStorage<Context>();
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly tracer: Tracer;

  private constructor(private readonly provider: Provider) {
    this.tracer = provider.tracer;
    this.spans = new Recorder(provider);
  }

  /** @throws TraceVariableError */
  static start({ version, logger, variables }: TracingOptions): OpenTelemetry {
    const warn = (message: string) => logger.warn(message);
    return new OpenTelemetry(startProvider({ service: 'worker-pools-control-plane', version, warn, variables }));
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

  close(): Promise<void> {
    return this.provider.close();
  }
}

/** By its kind alone: the sentences of errors may have anything in them. */
function failed(span: Span, error: unknown): void {
  const isRefusal = error instanceof RequestError;
  const type = isRefusal ? error.code : error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  if (!isRefusal || type === 'internal') span.setStatus({ code: SpanStatusCode.ERROR });
}
