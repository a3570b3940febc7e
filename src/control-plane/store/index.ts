import { AssignmentTable } from './assignments';
import { Database } from './database';
import { LogTable } from './logs';
import { PoolTable } from './pools';
import { RunTable } from './runs';
import { StackTable } from './stacks';
import { WorkerTable } from './workers';

/** All that the control plane remembers, beside the blobs. Calls inside one `transaction` are durable together. */
export interface Store {
  readonly pools: PoolTable;
  readonly workers: WorkerTable;
  readonly stacks: StackTable;
  readonly runs: RunTable;
  readonly assignments: AssignmentTable;
  readonly logs: LogTable;
  transaction<T>(work: () => T): T;
  /** Runs a callback once the current transaction is durable; never after a rollback. */
  onCommit(callback: () => void): void;
  close(): void;
}

export function openStore(path: string): Store {
  const db = new Database(path);
  return {
    pools: new PoolTable(db),
    workers: new WorkerTable(db),
    stacks: new StackTable(db),
    runs: new RunTable(db),
    assignments: new AssignmentTable(db),
    logs: new LogTable(db),
    transaction: (work) => db.transaction(work),
    onCommit: (callback) => db.onCommit(callback),
    close: () => db.close(),
  };
}
