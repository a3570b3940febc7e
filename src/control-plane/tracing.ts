/** What is said of a span: never what a caller wrote (a path, a header, a body, a name) but ids and words of our own. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** Makes spans of what the control plane does. */
export interface Tracing {
  /** A span while the work goes on, within the one that is under way where it is called. */
  span<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /**
   * The span of a request, within the one that its headers tell of. What the request turned out to be is known at its end:
   * the work says so, in words of our own.
   */
  request(headers: Pick<Headers, 'get'>, work: () => Promise<RequestTrace>): Promise<void>;
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
  close: () => Promise.resolve(),
};
