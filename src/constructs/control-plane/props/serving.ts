/** Who may look at the control plane's web page. */
export enum ControlPlaneWeb {
  /** Who has the API key. */
  API_KEY = 'basic',
  /** Everybody who reaches it. */
  OPEN = 'open',
}

/** Least level of what the control plane logs. */
export enum ControlPlaneLogLevel {
  /** Every step. */
  TRACE = 'trace',
  /** What helps to find a fault. */
  DEBUG = 'debug',
  /** What happened. */
  INFO = 'info',
  /** What somebody should look at. */
  WARN = 'warn',
  /** What failed. */
  ERROR = 'error',
  /** What ended the control plane. */
  FATAL = 'fatal',
  /** Nothing. */
  SILENT = 'silent',
}

/** What is kept of what is over. */
export interface ControlPlaneRetention {
  /**
   * Days that an ended run is kept, where 0 is for ever.
   *
   * @default 365
   */
  readonly runDays?: number;

  /**
   * The newest runs of each stack, kept whatever their age.
   *
   * @default 50
   */
  readonly runsPerStack?: number;

  /**
   * Days that the log of an ended run is kept, where 0 is for ever.
   *
   * @default 90
   */
  readonly logDays?: number;

  /**
   * Mebibytes that are kept of a run's log, where 0 is no limit. It is cut there with a mark, and the run goes on.
   *
   * @default 64
   */
  readonly logMebibytesPerRun?: number;

  /**
   * The newest versions of each stack's state, kept whatever their age.
   *
   * @default 100
   */
  readonly stateVersions?: number;

  /**
   * Days that entries of the audit trail are kept, where 0 is for ever.
   *
   * @default 365
   */
  readonly auditDays?: number;

  /**
   * The newest changes of the audit trail that are kept, and as many refusals, where 0 is no limit.
   *
   * @default 500000
   */
  readonly auditEntries?: number;
}
