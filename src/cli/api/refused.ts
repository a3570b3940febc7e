import { UserError } from '../run-program';

/** The control plane answered that it will not: nothing was done. After any other failure something may have been. */
export class RefusedError extends UserError {}

/** Nobody answered, or one who cannot answer just now: the same request may be answered later. */
export class UnavailableError extends UserError {}
