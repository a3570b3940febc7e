/* What a fault is, what was measured of it, and where it is tried: each folder of `faults/` is an area, each file there a fault. */

/** Runs that were counted while something was broken, and how long it took until everything was as before. */
export interface Verdict {
  /** Runs that were triggered. */
  readonly asked: number;
  /** Runs that came to an end: a success, or what `endedAs` counts. */
  readonly finished: number;
  /** Runs that never came to an end. */
  readonly lost: number;
  /** Runs of which more than one Pod was made or let start for one stage and attempt. */
  readonly doubled: number;
  /** Runs in progress that were ended although their own Pod was not what was broken. */
  readonly killed: number;
  /** From the end of the fault until everything had converged, the runs that had piled up among it, in milliseconds. */
  readonly recoveredInMs: number;
  /**
   * Runs that ended otherwise than well because their own Pod was what was broken, by the reason of their outcome.
   * @default - each run ended well
   */
  readonly endedAs?: Readonly<Record<string, number>>;
  /**
   * What else was not as it has to be, a sentence each: a Pod without a run, a Worker too many.
   * @default - nothing
   */
  readonly amiss?: readonly string[];
}

/** Where the faults of an area are tried: real programs that are started once for all of them. */
export interface Lab {
  /** Ends all that it started, also after a fault that broke it. */
  close(): Promise<void>;
}

export interface LabContext {
  /** An empty folder, removed when the lab is closed. */
  readonly folder: string;
  /** Aborted when somebody ends the whole. */
  readonly signal: AbortSignal;
  /** Says what the lab is at. */
  readonly tell: (text: string) => void;
}

/** What `faults/AREA/area.ts` exports as `area`. It is read for the documentation, too, so `open` is to load what it needs itself. */
export interface Area<Of extends Lab = Lab> {
  /** The headline of its faults. */
  readonly title: string;
  /** What is real and what is played in its lab, how many runs there are, and what is counted how: a paragraph of Markdown. */
  readonly lead: string;
  open(context: LabContext): Promise<Of>;
}

/** What `faults/AREA/KIND.ts` exports as `fault`. */
export interface Fault<On extends Lab = Lab> {
  /** `AREA/KIND`, as its file is named. */
  readonly kind: string;
  /** What happens, in one line. */
  readonly title: string;
  /** What the user sees of it, in a sentence. */
  readonly userSees: string;
  /** Which mechanism answers it, in a sentence. */
  readonly why: string;
  /**
   * Whether it takes more than a minute: it is tried only with `--long`, or by its own name.
   * @default false
   */
  readonly long?: boolean;
  /**
   * Seconds after which it counts as not carried out.
   * @default 180
   */
  readonly withinSeconds?: number;
  run(lab: On): Promise<Verdict>;
}

/** What of a verdict breaks an invariant, a sentence each. */
export function brokenIn({ asked, finished, lost, doubled, killed, amiss = [] }: Verdict): string[] {
  const counts = { lost, doubled, killed };
  const runs = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? `${count} ${word}` : []));
  const missing = asked - lost - finished;
  const unaccounted = missing === 0 ? [] : [`${asked} asked, but ${finished} finished and ${lost} lost`];
  const none = asked === 0 ? ['no run was asked for: nothing was shown'] : [];
  return [...runs, ...unaccounted, ...none, ...amiss];
}
