/** When drift of a stack is looked for. */
export interface DriftScheduleRow {
  stackId: string;
  /** Cron expressions, as JSON. */
  schedule: string;
  timezone: string;
  reconcile: number;
  ignoreState: number;
  nextAt: number;
  /** Why nothing was done the last time; '' when something was. */
  skipped: string;
}
