interface ExitCode {
  readonly code: number;
  readonly meaning: string;
  /** Codes of the control plane's refusals that it stands for. */
  readonly refusals: readonly string[];
}

/** What scripts may want to tell apart: the one list that the program, its help and its reference go by. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'done; with --follow: the run has FINISHED; of doctor: nothing was found', refusals: [] },
  failed: {
    code: 1,
    meaning: 'refused or failed; with --follow: the run ended otherwise; of doctor: something FAILED',
    refusals: [],
  },
  usage: {
    code: 2,
    meaning: 'a command, flag or value that is unknown, missing or contradicts another: nothing was done',
    refusals: [],
  },
  denied: { code: 3, meaning: 'not logged in, or not allowed', refusals: ['unauthorized', 'forbidden'] },
  notFound: { code: 4, meaning: 'what was named is not there', refusals: ['not-found'] },
  conflict: { code: 5, meaning: 'in conflict with what somebody else did', refusals: ['conflict'] },
  unavailable: {
    code: 6,
    meaning: 'the control plane, or the cluster, cannot be reached, or cannot answer now: try again',
    refusals: ['too-many-requests', 'unavailable'],
  },
  warned: { code: 7, meaning: 'doctor found a WARNING, and nothing that FAILED', refusals: [] },
  unseen: { code: 8, meaning: 'doctor found nothing, but could not look at everything', refusals: [] },
  interrupted: {
    code: 130,
    meaning: 'interrupted by Ctrl-C; a run that was followed continues',
    refusals: [],
  },
} as const satisfies Readonly<Record<string, ExitCode>>;

const ALL: readonly ExitCode[] = Object.values(EXIT_CODES);

/** Of a refusal of the control plane, by its code; of all that stand nowhere it is that of what failed. */
export const exitCodeOf = (refusal: string | undefined): number =>
  (ALL.find(({ refusals }) => refusals.includes(refusal ?? '')) ?? EXIT_CODES.failed).code;

/** As `--help` shows them. */
export const EXIT_CODES_HELP = `
Exit codes:
${ALL.map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`).join('\n')}`;
