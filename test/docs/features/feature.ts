/** A test that shows that a feature works. */
export interface Proof {
  /** Below test/. */
  readonly file: string;
  /** Part of the test's whole name, or of the group that it is in. */
  readonly title: string;
}

/** Something that the documentation of worker pools promises. */
export interface Feature {
  /** F1 to F70; it stays with the feature. */
  readonly id: string;
  readonly what: string;
  /** None where it is yet to come. */
  readonly proofs: readonly Proof[];
  /** What is yet to come of it. @default - nothing */
  readonly toCome?: string;
}

export interface FeatureGroup {
  readonly title: string;
  readonly features: readonly Feature[];
}

/** @param tests each a file below test/, without `.test.ts`, and a part of the name of its test */
export const works = (id: string, what: string, ...tests: readonly [file: string, title: string][]): Feature => ({
  id,
  what,
  proofs: tests.map(([file, title]) => ({ file: `${file}.test.ts`, title })),
});

/** Works, but for something. */
export const inPart = (
  toCome: string,
  id: string,
  what: string,
  ...tests: readonly [file: string, title: string][]
): Feature => ({ ...works(id, what, ...tests), toCome });

export const isToCome = (id: string, what: string): Feature => ({ id, what, proofs: [], toCome: 'all of it' });
