/** How bad a finding is, the worst first. `UNKNOWN`: it could not be looked at. */
export const LEVELS = ['FAILED', 'WARNING', 'UNKNOWN'] as const;

export type Level = (typeof LEVELS)[number];

/** What may be found of a kind: the page of checks is made of these. */
export interface Kind {
  readonly level: Exclude<Level, 'UNKNOWN'>;
  /** What it means. */
  readonly meaning: string;
  /** What to do, where the finding itself does not know better. */
  readonly mend: string;
}

/** Kinds of findings by their codes, which scripts may rely on. */
export type Kinds<Code extends string = string> = Readonly<Record<Code, Kind>>;

/** What a subject found, before its kind is put to it. */
export interface Found<Code extends string = string> {
  readonly code: Code;
  /** What it is about: `WorkerPool network/production`. */
  readonly object: string;
  /** One sentence of what is wrong. */
  readonly message: string;
  /** @default - that of the kind */
  readonly mend?: string;
}

/** One line of the report. */
export interface Finding {
  readonly level: Level;
  /** Name of the subject. */
  readonly subject: string;
  readonly code: string;
  readonly object: string;
  readonly message: string;
  readonly mend: string;
}

/** The code of what could not be looked at. */
export const NOT_SEEN = 'not-seen';

/** The findings of a subject with their kinds. */
export const withKinds = (subject: string, kinds: Kinds, found: readonly Found[]): Finding[] =>
  found.map(({ code, object, message, mend }) => {
    const kind = kinds[code];
    if (!kind) throw new Error(`the subject ${subject} has no kind ${code}`);
    return { level: kind.level, subject, code, object, message, mend: mend ?? kind.mend };
  });

/** The worst first, and within a level in the order in which they were found. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
