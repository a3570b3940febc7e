import type { Lab } from './lab';

/** One thing that the API server does: what a client does, and what it then sees. */
export interface Case {
  readonly title: string;
  readonly run: (lab: Lab) => Promise<unknown>;
  readonly sees: unknown;
}
