import type { Problem } from '../snapshot';

/** Why a pool cannot be registered, kept or deleted by the controller; the message holds no secret. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';

  constructor(
    readonly reason: string,
    message: string,
    /** The control plane answered, and says no to this: it stays so until somebody does something there. */
    readonly isVerdict = false,
  ) {
    super(message);
  }

  get problem(): Problem {
    return { reason: this.reason, message: this.message };
  }
}
