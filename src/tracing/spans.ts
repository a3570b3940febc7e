import type { SpanIds } from './run-ids';

/** What is said of a span: never what a caller wrote (a path, a header, a body, a name) but ids and words of our own. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** Something that is over. Times are in milliseconds since the epoch. */
export interface OverSpan {
  /** A word of ours, of which there are few. */
  readonly name: string;
  /** What it is a part of. @default - nothing: it is the root of its trace, and has ids */
  readonly parent?: SpanIds;
  /** @default - new ones */
  readonly ids?: SpanIds;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes?: SpanAttributes;
  /** The kind of its failure, of a closed list. @default - it did not fail */
  readonly error?: string | undefined;
  /** @default - none */
  readonly events?: readonly { readonly name: string; readonly at: number }[];
}

/** Where spans of what is over are sent. */
export interface Spans {
  record(span: OverSpan): void;
  /** The value of TRACEPARENT for a program that goes on with a trace; undefined where traces are off. */
  traceparent(parent: SpanIds): string | undefined;
  /** Sends what is not sent yet; it takes no longer than the receiver may take to answer, and never rejects. */
  close(): Promise<void>;
}

/** Traces are off: nothing is loaded, and nothing kept. */
export const NO_SPANS: Spans = {
  record: () => undefined,
  traceparent: () => undefined,
  close: () => Promise.resolve(),
};

/** A variable of OpenTelemetry that cannot be meant. */
export class TraceVariableError extends Error {
  override readonly name = 'TraceVariableError';
}
