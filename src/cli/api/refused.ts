import { EXIT_CODES, exitCodeOf } from '../exit-codes';
import { UserError } from '../run-program';

/** The control plane answered that it will not: nothing was done. After any other failure something may have been. */
export class RefusedError extends UserError {
  constructor(
    message: string,
    /** Of the control plane's refusals; undefined where it gave none. */
    readonly code: string | undefined,
  ) {
    super(message, exitCodeOf(code));
  }
}

/** Nobody answered, or one who cannot answer just now: the same request may be answered later. */
export class UnavailableError extends UserError {
  constructor(message: string) {
    super(message, EXIT_CODES.unavailable.code);
  }
}

/** What somebody named is not there. */
export const notFound = (message: string): UserError => new UserError(message, EXIT_CODES.notFound.code);
