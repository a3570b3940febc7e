import { setImmediate as turn } from 'node:timers/promises';
import type { z } from 'zod';
import { mostOf, type Refusal } from '../protocol/messages';

/** Those of the worker protocol, and what only people and programs are told. */
export type RefusalCode = Refusal['code'] | 'forbidden';

export interface RefusalOptions extends ErrorOptions {
  /** What is to be in the log, where the caller cannot be told. */
  readonly cause?: unknown;
  /** The input that is wrong. @default - none alone */
  readonly field?: string;
}

/** An input that cannot be taken. @param field as GraphQL and forms call it */
export const malformed = (field: string, message: string): RequestError =>
  new RequestError('malformed', message, undefined, { field });

/** A request that is refused: a code for the program, a sentence for the person. Both go to the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The input that is wrong, as GraphQL and forms call it. */
  readonly field: string | undefined;

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** When the same request may be taken; only for `too-many-requests`. */
    readonly retryAfterSeconds?: number,
    options?: RefusalOptions,
  ) {
    super(told(message), options);
    this.field = options?.field;
  }
}

/** Characters of a sentence that are kept at its beginning and at its end, when it has more than both. */
const KEPT = { first: 1600, last: 400 };

/** In one line and not without end: what callers sent stands in it, and it goes to terminals, logs and pages. */
export function told(sentence: string): string {
  const { first, last } = KEPT;
  const whole = sentence.length <= first + last ? visible(sentence) : undefined;
  if (whole !== undefined && whole.length <= first + last) return whole;
  return `${visible(sentence.slice(0, first)).slice(0, first)}...${visible(sentence.slice(-last)).slice(-last)}`;
}

function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What an operator has set up cannot be used; the message says what is wrong, where, and what to do. It holds no secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

export const HTTP_STATUS: Readonly<
  Record<RefusalCode, 400 | 401 | 403 | 404 | 408 | 409 | 413 | 429 | 500 | 503 | 507>
> = {
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  fenced: 409,
  superseded: 409,
  'already-started': 409,
  timeout: 408,
  'too-large': 413,
  'too-many-requests': 429,
  'upload-lost': 409,
  conflict: 409,
  'no-space': 507,
  unavailable: 503,
  internal: 500,
};

/** Checks data at the border. @throws RequestError `malformed`, naming every field that is wrong but no value. */
export function validate<T extends z.ZodType>(schema: T, data: unknown, what: string): z.output<T> {
  return validateFrom(schema, data, what, 0);
}

/** Entries of a list that are checked in one turn of the event loop: a few milliseconds of work. */
const SLICE = 200;

/** The same, with the event loop let go round while a long list is checked. The object has one at most. */
export async function validateInSlices<T extends z.ZodObject>(
  schema: T,
  data: unknown,
  what: string,
): Promise<z.output<T>> {
  const long = longListOf(schema, data);
  if (!long) return validate(schema, data, what);
  const { name, items } = long;
  const checked: unknown[] = [];
  let whole = {};
  for (let at = 0; at < items.length; at += SLICE) {
    if (at > 0) await turn();
    const part = { ...(data as object), [name]: items.slice(at, at + SLICE) };
    whole = validateFrom(schema, part, what, at);
    for (const item of (whole as Record<string, unknown[]>)[name]!) checked.push(item);
  }
  return { ...whole, [name]: checked } as z.output<T>;
}

/** A list that is long, and no longer than it may be. */
function longListOf({ shape }: z.ZodObject, data: unknown): { name: string; items: unknown[] } | undefined {
  for (const [name, schema] of Object.entries(shape)) {
    const most = mostOf(schema as z.ZodType);
    const items = (data as Record<string, unknown> | null | undefined)?.[name];
    if (most !== undefined && Array.isArray(items) && items.length > SLICE && items.length <= most)
      return { name, items };
  }
  return undefined;
}

/** @param offset of the list that the data has a part of */
function validateFrom<T extends z.ZodType>(schema: T, data: unknown, what: string, offset: number): z.output<T> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const placeOf = (path: readonly PropertyKey[]) =>
    path.map((step) => (typeof step === 'number' ? step + offset : String(step))).join('.');
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${placeOf(issue.path) || 'the body'}: ${issue.message}`);
  const more = parsed.error.issues.length > 5 ? `, and ${parsed.error.issues.length - 5} more` : '';
  throw new RequestError('malformed', `${what} is malformed: ${issues.join('; ')}${more}`);
}
