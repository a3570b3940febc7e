import type { Clock } from '../time';
import { idsOfAttempt } from '../tracing/run-ids';
import { NO_SPANS, type OverSpan, type Spans } from '../tracing/spans';
import type { Identity } from './identity';

/** Parts of the attempt that this Pod carries out, as spans. */
export class AttemptSpans {
  constructor(
    private readonly spans: Spans = NO_SPANS,
    private readonly identity: Pick<Identity, 'runId' | 'attempt'>,
    private readonly clock: Clock,
  ) {}

  /** A span while the work goes on; a failure is told by its kind alone. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = this.clock.now();
    let error: string | undefined;
    try {
      return await work();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.constructor.name : 'unknown';
      throw thrown;
    } finally {
      this.record({ name, startedAt, endedAt: this.clock.now(), error });
    }
  }

  record(span: Omit<OverSpan, 'parent' | 'ids'>): void {
    this.spans.record({ ...span, parent: this.ids });
  }

  /** The variable by which the programs of the steps go on with the trace; none where traces are off. */
  get variables(): Readonly<Record<string, string>> {
    const traceparent = this.spans.traceparent(this.ids);
    return traceparent === undefined ? {} : { TRACEPARENT: traceparent };
  }

  private get ids() {
    return idsOfAttempt(this.identity.runId, this.identity.attempt);
  }
}
