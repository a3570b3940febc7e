import { keyTopic, type Proof } from '../identity/stream-rights';
import type { WebSession } from '../identity/web-sessions';
import { mayUse, type Caller, type Right, type Role } from '../identity/rights';

/** Who looks at a page. */
export interface Viewer extends Proof {
  /** Whose share of what is limited it takes. */
  readonly who: string;
  /** Null: everybody. */
  readonly caller: Caller | null;
  /** Pages are alike for all who have the same. */
  readonly role: Role | 'everybody';
  /** Whether it is shown what needs a right, and may do that. */
  readonly may: (right: Right) => boolean;
  /** The session of their browser. @default - none: they send a key, or are everybody */
  readonly session?: WebSession;
}

/** Everybody, where the pages are open. */
export const EVERYBODY: Viewer = {
  who: 'everybody',
  caller: null,
  role: 'everybody',
  may: (right) => right === 'stack:read',
  isStillValid: () => true,
};

/** @param proved who that is now */
export function viewerOf(caller: Caller, proved: () => Promise<Caller | undefined>): Viewer {
  return {
    who: `key ${caller.id}`,
    caller,
    role: caller.role,
    may: (right) => mayUse(caller, right),
    topic: keyTopic(caller.id),
    isStillValid: async () => (await proved())?.role === caller.role,
  };
}
