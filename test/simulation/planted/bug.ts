/** A fault that is put into the product's own code, to see that the simulation finds it. */
export interface PlantedBug {
  /** For the command line. */
  readonly name: string;
  /** What it does, as one would say it in a review. */
  readonly does: string;
  /** One or several at once, because most of what matters is guarded twice. */
  readonly edits: readonly Edit[];
  /** The invariants that it is expected to break, by their numbers in docs/architecture.md. */
  readonly breaks: readonly string[];
  /** What would have to happen in the simulated world for it to show. @default - it can show */
  readonly notModelled?: string;
}

export interface Edit {
  /** Below `src`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}
