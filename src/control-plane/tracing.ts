import { NO_SPANS, type SpanAttributes, type Spans } from '../tracing/spans';

export type { SpanAttributes };

/** Makes spans of what the control plane does. */
export interface Tracing {
  /** A span while the work goes on, within the one that is under way where it is called. */
  span<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /**
   * The span of a request, within the one that its headers tell of. What the request turned out to be is known at its end:
   * the work says so, in words of our own.
   */
  request(headers: Pick<Headers, 'get'>, work: () => Promise<RequestTrace>): Promise<void>;
  /** What is over, such as a run. */
  readonly spans: Spans;
  /** Sends what is not sent yet. */
  close(): Promise<void>;
}

export interface RequestTrace {
  readonly method: string;
  /** The pattern of the path, such as `/graphql`; undefined where none fits. */
  readonly route: string | undefined;
  readonly status: number;
}

/** Traces are off: nothing is loaded, and nothing kept. */
export const UNTRACED: Tracing = {
  span: (_name, _attributes, work) => work(),
  request: async (_headers, work) => void (await work()),
  spans: NO_SPANS,
  close: () => Promise.resolve(),
};
