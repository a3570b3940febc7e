/** For how long the history is kept; 0 keeps it for ever. */
export interface Retention {
  /** Days that an ended run is kept, with its attempts. */
  readonly runDays: number;
  /** The newest runs of a stack are kept whatever their age. */
  readonly runsPerStack: number;
  /** Days that the log of an ended run is kept. */
  readonly logDays: number;
  /** What the log of a run may hold, in MiB; what follows is not kept, and the log says so. */
  readonly logMiBPerRun: number;
  /** The newest versions of each stack's state, kept whatever their age; at least one. */
  readonly stateVersions: number;
  /** Days that entries of the audit trail are kept. */
  readonly auditDays: number;
  /** The newest changes of the audit trail that are kept, and as many refusals; 0 is no limit. */
  readonly auditEntries: number;
}
