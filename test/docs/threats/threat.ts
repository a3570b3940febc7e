import type { Proof } from '../features';

/** One thing that somebody may try, and what comes of it. */
export interface Threat {
  /** A name that stays with it, by which `npm test` tells of a test that does not show it. */
  readonly id: string;
  /** What is tried. */
  readonly threat: string;
  /** What stops it. */
  readonly answer: string;
  /** What it does not stop. @default - nothing that we know of */
  readonly left?: string;
  /** At least one test that shows the answer. */
  readonly proofs: readonly [Proof, ...Proof[]];
}

/** Somebody who may mean harm. */
export interface Attacker {
  readonly who: string;
  /** What they have to begin with, and what they want. */
  readonly wants: string;
  readonly threats: readonly Threat[];
}

type Test = readonly [file: string, title: string];

/** @param tests each a file below test/, without `.test.ts`, and a part of the name of its test */
export function threat(
  id: string,
  { is, answer, left }: { readonly is: string; readonly answer: string; readonly left?: string },
  ...tests: readonly [Test, ...Test[]]
): Threat {
  const proofs = tests.map(([file, title]) => ({ file: `${file}.test.ts`, title }));
  return { id, threat: is, answer, ...(left !== undefined && { left }), proofs: proofs as [Proof, ...Proof[]] };
}
