/** Who looks at a page. */
export interface Viewer {
  /** Whose share of what is limited it takes. */
  readonly who: string;
  /** Whether it is shown what changes something, and may do that. */
  readonly mayAct: boolean;
  /** Whether it may still look; asked again while a stream lasts. */
  readonly isStillValid: () => boolean | Promise<boolean>;
}

/** Everybody, where the pages are open. */
export const EVERYBODY: Viewer = { who: 'everybody', mayAct: false, isStillValid: () => true };
