import type * as fc from 'fast-check';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- errors are made of anything
type ErrorClass = abstract new (...args: any[]) => Error;

/** What grows: a text or bytes of about a length, which is as hard for the parser as any of that length. */
export interface Growing<T> {
  readonly title: string;
  readonly of: (length: number) => T;
  /** The shortest that is measured. @default 64_000 */
  readonly from?: number;
}

/** A parser that meets the outside. */
export interface ParserOf<T> {
  /** In words; `npm run fuzz -- NAME` takes a part of it. */
  readonly name: string;
  /** Anything that it may meet, most of it nearly right. */
  readonly given: fc.Arbitrary<T>;
  /** Reads what is given, and does all that is done with it before anything is trusted. */
  readonly parse: (given: T) => unknown;
  /** The errors by which it refuses. @default none: it gives something for everything */
  readonly refusesWith?: readonly ErrorClass[];
  /** What may never come of it: throws where it has. @default anything */
  readonly check?: (result: unknown, given: T) => void;
  readonly growing: readonly Growing<T>[];
}

/** One whose input is nobody else's business. */
export interface Parser extends Omit<ParserOf<never>, 'growing' | 'given' | 'parse' | 'check'> {
  readonly given: fc.Arbitrary<unknown>;
  readonly growing: readonly Growing<unknown>[];
  /** Whether it was refused. @throws an error that is none of its own, or of what may never come */
  readonly tries: (given: unknown) => Promise<'taken' | 'refused'>;
}

export function parser<T>(of: ParserOf<T>): Parser {
  const { parse, check, refusesWith = [], ...rest } = of;
  return {
    ...rest,
    refusesWith,
    tries: async (given) => {
      let result: unknown;
      try {
        result = await parse(given as T);
      } catch (error) {
        if (refusesWith.some((kind) => error instanceof kind)) return 'refused';
        throw error;
      }
      check?.(result, given as T);
      return 'taken';
    },
  };
}
