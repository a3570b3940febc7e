import type { Role } from './rights';

/** Who asks, once that is proved. */
export interface Caller {
  /** Stays the same for as long as the identity is there. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly kind: 'API key' | 'identity';
  readonly role: Role;
}
