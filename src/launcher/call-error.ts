import type { Refusal } from '../protocol/messages';

/** Why a call did not succeed: a refusal's code, or that no (sensible) answer came. */
export type CallFailure = Refusal['code'] | 'unreachable' | 'certificate' | 'protocol';

const RETRYABLE: readonly CallFailure[] = [
  'unreachable',
  'certificate',
  'protocol',
  'internal',
  'unavailable',
  'no-space',
  'unauthorized',
  'timeout',
  'too-many-requests',
];

/** A call to the control plane failed. The message is a plain sentence with the endpoint and without secrets. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly kind: CallFailure,
    message: string,
    /** Until when the same call is of no use, in milliseconds from now, where the control plane says so. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }

  /** Whether the same call may succeed later without anybody changing it. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.kind);
  }
}
