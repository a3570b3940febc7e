/** What one generator makes. */
export interface Artefact {
  /** Contents by path below the repository, with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * Folders in which nothing else may lie: files there that are not in `files` are left over from an earlier run.
   *
   * @default - nothing is removed
   */
  readonly folders?: readonly string[];
}

/** A generator depends on the sources alone, so that two runs give the same bytes. */
export type Generator = () => Promise<Artefact>;

/** The first line of generated TypeScript. */
export const GENERATED_NOTICE = '// Made by `npm run generate`; change its source instead of this file.\n\n';
