import { CONTROL_PLANE, DISK } from './behind';
import { WEB_PAGE } from './browser';
import { OTHER_POOL, PERSON, STRANGER } from './callers';
import { IMAGE, RUN, SOURCE } from './runs';
import type { Attacker } from './threat';

export type { Attacker, Threat } from './threat';

/** Who may mean harm, with what, what stops them, and the tests that show it. */
export const ATTACKERS: readonly Attacker[] = [
  STRANGER,
  OTHER_POOL,
  PERSON,
  WEB_PAGE,
  SOURCE,
  RUN,
  IMAGE,
  CONTROL_PLANE,
  DISK,
];
