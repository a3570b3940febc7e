import { UserError } from '../run-program';

/** Exit codes of what scripts may want to tell apart, by the code of the refusal; of all others it is 1. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  unauthorized: 3,
  forbidden: 3,
  'not-found': 4,
  conflict: 5,
  'too-many-requests': 6,
  unavailable: 6,
};

export const exitCodeOf = (code: string | undefined): number => EXIT_CODES[code ?? ''] ?? 1;

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
    super(message, exitCodeOf('unavailable'));
  }
}

/** What somebody named is not there. */
export const notFound = (message: string): UserError => new UserError(message, exitCodeOf('not-found'));
