import type { Readable } from 'node:stream';
import type { LogRecord, PoolRecord, RunRecord, RunType, StackRecord, WorkerRecord } from './store/records';

/** What people may do, for GraphQL, the web page and tests. Every method throws a RequestError with a plain sentence. */
export interface AdminApi {
  /** Signs the CSR (PEM, or base64 of it) and returns the pool with its token in `config`. */
  createPool(input: NewPool): Promise<PoolRecord>;
  /** New certificate and token; the old ones are refused from now on. */
  resetPool(id: string, certificateSigningRequest: string): Promise<PoolRecord>;
  deletePool(id: string): PoolRecord;
  pools(): PoolRecord[];
  pool(id: string): PoolRecord | null;
  workers(poolId: string): WorkerRecord[];
  /** Runs that a worker could take now. */
  pendingRuns(poolId: string): number;
  setDrained(poolId: string, workerId: string, drained: boolean): WorkerRecord;

  createStack(input: NewStack): StackRecord;
  /** Counts for runs that start from now on. */
  updateStack(nameOrId: string, change: StackChange): StackRecord;
  /** Forgets its source and environment; its runs stay to be looked at. Refused while one is unfinished. */
  deleteStack(nameOrId: string): StackRecord;
  stacks(): StackRecord[];
  stack(nameOrId: string): StackRecord | null;
  /** Takes a tar.gz; runs triggered later use it. */
  uploadSource(stackName: string, archive: Readable): Promise<StackRecord>;

  createRun(input: NewRun): RunRecord;
  run(id: string): RunRecord | null;
  runs(filter?: RunFilter): RunRecord[];
  /** What a run waits for, as the end of "waits for ..."; null when it does not wait. */
  waitsFor(run: RunRecord): string | null;
  confirm(runId: string): RunRecord;
  discard(runId: string): RunRecord;
  /** Ends a run: at once while nothing runs, otherwise by asking its Pod. */
  stop(runId: string, reason?: string): RunRecord;

  /** Log records after a cursor (0: from the beginning), in the order they were stored. */
  readLog(runId: string, after: number, limit?: number): LogRecord[];
  /** The newest records of a log, oldest of them first. */
  readLogEnd(runId: string, limit: number): LogRecord[];
  /**
   * Resolves when the run or its log changes, the signal aborts, or the time is over.
   * @returns false when there is nothing to wait for any more, because the control plane stops.
   */
  waitForRun(runId: string, milliseconds: number, signal?: AbortSignal): Promise<boolean>;
  /** Looks at the leases now. */
  sweep(): void;
}

export interface NewPool {
  readonly name: string;
  readonly certificateSigningRequest: string;
  readonly description?: string | null;
  readonly labels?: readonly string[] | null;
  readonly space?: string | null;
  readonly driftDetectionRunLimit?: number | null;
}

export interface NewStack {
  readonly name: string;
  /** Name or ULID of the pool. */
  readonly pool: string;
  /** @default 'OPENTOFU' */
  readonly tool?: 'OPENTOFU' | 'TERRAFORM';
  /** Folder inside the source. @default '' */
  readonly projectRoot?: string;
  readonly runnerImage?: string | null;
  /** Applies without asking. @default false */
  readonly autoDeploy?: boolean;
  /** Environment of every step; values may be secret. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What is left out stays as it is. */
export interface StackChange extends Partial<Omit<NewStack, 'name'>> {
  /** Names to be taken out of the environment; `environment` holds those to be added or replaced. */
  readonly unsetEnvironment?: readonly string[];
}

export interface NewRun {
  /** Name or ULID of the stack. */
  readonly stack: string;
  /** @default 'TRACKED' */
  readonly type?: RunType;
  /** @default the stack's */
  readonly autoDeploy?: boolean;
}

export interface RunFilter {
  readonly stack?: string;
  readonly pool?: string;
  /** @default 100 */
  readonly limit?: number;
}
