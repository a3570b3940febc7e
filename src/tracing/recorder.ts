import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import type { Provider } from './provider';
import type { SpanIds } from './run-ids';
import type { OverSpan, Spans } from './spans';

/** Records what is over, with the ids that follow from those of the run. */
export class Recorder implements Spans {
  constructor(private readonly provider: Provider) {}

  record({ name, parent, ids, startedAt, endedAt, attributes = {}, error, events = [] }: OverSpan): void {
    const { tracer, next } = this.provider;
    const context = parent ? this.within(parent) : ROOT_CONTEXT;
    next(ids);
    // A Date is a time of the clock in any case: the SDK takes a low number for one since the process began.
    const span = tracer.startSpan(name, { attributes: { ...attributes }, startTime: new Date(startedAt) }, context);
    next(undefined);
    for (const event of events) span.addEvent(event.name, new Date(event.at));
    if (error !== undefined) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
    span.end(new Date(Math.max(startedAt, endedAt)));
  }

  traceparent(parent: SpanIds): string {
    const { traceId, spanId } = parent;
    return `00-${traceId}-${spanId}-0${this.flags(traceId)}`;
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  private within({ traceId, spanId }: SpanIds): Context {
    const parent = { traceId, spanId, traceFlags: this.flags(traceId), isRemote: true };
    return trace.setSpanContext(ROOT_CONTEXT, parent);
  }

  /**
   * The parent may be a span of another program, which is asked nothing: samplers by ratio go by the id of the trace, and
   * so decide the same there.
   */
  private flags(traceId: string): TraceFlags {
    const { decision } = this.provider.sampler.shouldSample(ROOT_CONTEXT, traceId, 'run', SpanKind.INTERNAL, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
  }
}
