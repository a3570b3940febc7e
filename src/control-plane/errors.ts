import type { z } from 'zod';
import type { Refusal } from '../protocol/messages';

export type RefusalCode = Refusal['code'];

/** A request that is refused: a code for the program, a sentence for the person. Both go to the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** When the same request may be taken; only for `too-many-requests`. */
    readonly retryAfterSeconds?: number,
    /** `cause`: what is to be in the log, where the caller cannot be told. */
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an operator has set up cannot be used; the message says what is wrong, where, and what to do. It holds no secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

export const HTTP_STATUS: Readonly<Record<RefusalCode, 400 | 401 | 404 | 408 | 409 | 413 | 429 | 500 | 503 | 507>> = {
  malformed: 400,
  unauthorized: 401,
  'not-found': 404,
  fenced: 409,
  superseded: 409,
  'already-started': 409,
  timeout: 408,
  'too-large': 413,
  'too-many-requests': 429,
  'upload-lost': 409,
  'no-space': 507,
  unavailable: 503,
  internal: 500,
};

/** Checks data at the border. @throws RequestError `malformed`, naming every field that is wrong but no value. */
export function validate<T extends z.ZodType>(schema: T, data: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`);
  const more = parsed.error.issues.length > 5 ? `, and ${parsed.error.issues.length - 5} more` : '';
  throw new RequestError('malformed', `${what} is malformed: ${issues.join('; ')}${more}`);
}
