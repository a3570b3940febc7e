import type { Kysely } from 'kysely';
import type { Vault } from '../vault';
import { ApiKeyTable } from './api-keys';
import { AssignmentTable } from './assignments';
import { AuditTrailTable } from './audit-trail';
import type { Database } from './database/database';
import type { ConnectionLoad } from './database/observer';
import { DependencyTable } from './dependencies';
import { DependencyReferenceTable } from './dependency-references';
import { DriftTable } from './drift';
import { HistoryTable } from './history';
import { LeaseClockTable } from './lease-clock';
import { LogTable } from './logs';
import { LookTable } from './looks';
import { ModuleTable } from './modules';
import { OutputTable } from './outputs';
import { PlanChangesTable } from './plan-changes';
import { PoolSampleTable } from './pool-samples';
import { PoolTable } from './pools';
import { PushHookTable } from './push-hooks';
import { RepositoryTable } from './repositories';
import { RunEnvironmentTable } from './run-environments';
import { RunInputTable } from './run-inputs';
import { RunTable } from './runs';
import type { Schema } from './schema';
import { SessionTable } from './sessions';
import { StackTable, type Sealing } from './stacks';
import { StateTable } from './states';
import { StatisticsTable } from './statistics';
import type { Dialect } from './table';
import { VcsAgentTable } from './vcs-agents';
import { ViewTable } from './views';
import { WebSessionTable } from './web-sessions';
import { WebhookTable } from './webhooks';
import { WorkerTable } from './workers';

export interface Tables {
  readonly apiKeys: ApiKeyTable;
  readonly auditTrail: AuditTrailTable;
  readonly webSessions: WebSessionTable;
  readonly pools: PoolTable;
  readonly workers: WorkerTable;
  readonly views: ViewTable;
  readonly looks: LookTable;
  readonly stacks: StackTable;
  readonly states: StateTable;
  readonly dependencies: DependencyTable;
  readonly references: DependencyReferenceTable;
  readonly outputs: OutputTable;
  readonly repositories: RepositoryTable;
  readonly pushHooks: PushHookTable;
  readonly webhooks: WebhookTable;
  readonly vcsAgents: VcsAgentTable;
  readonly modules: ModuleTable;
  readonly runs: RunTable;
  readonly runEnvironments: RunEnvironmentTable;
  readonly runInputs: RunInputTable;
  readonly drift: DriftTable;
  readonly assignments: AssignmentTable;
  readonly sessions: SessionTable;
  readonly leaseClock: LeaseClockTable;
  readonly logs: LogTable;
  readonly planChanges: PlanChangesTable;
  readonly poolSamples: PoolSampleTable;
  readonly history: HistoryTable;
  readonly statistics: StatisticsTable;
}

/** What is done through it is durable together, or not at all; of no use once the transaction has ended. */
export interface Transaction extends Tables {
  /** Wakes those who wait for a topic, in every process, once the transaction is durable; nobody after a rollback. */
  notify(topics: readonly string[]): Promise<void>;
}

/** All that the control plane remembers, beside the blobs. */
export interface Store {
  /** Outside of a transaction: what is committed. */
  readonly read: Tables;
  /**
   * For single writes that may be lost when the server of the database breaks down, and are made again then: nobody waits
   * for its disk. Undefined where a transaction has to do it.
   */
  readonly notes?: Tables | undefined;
  /**
   * All or nothing, durable when it resolves. `work` may run again after a deadlock with another process, so that it
   * changes nothing but what it does through its transaction.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Carries a request out where the database is, by its host; undefined where a transaction has to do it. */
  readonly perform?: ((request: object) => Promise<unknown>) | undefined;
  /** The database's clock, in milliseconds since the epoch. */
  now(): Promise<number>;
  /** Calls back for every topic that a transaction notified, and when some may have been missed. */
  listen(onTopic: (topic: string) => void, onLost: () => void): void;
  /** How busy the connections to the database are now. */
  load(): readonly ConnectionLoad[];
  /** @throws when the database cannot be written to. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function storeOn(database: Database<Schema>, vault: Vault): Store {
  const { dialect } = database;
  return {
    read: tables(database.reads, dialect, vault),
    notes: database.notes && tables(database.notes, dialect, vault),
    transaction: (work) =>
      database.transaction((db) =>
        work({ ...tables(db, dialect, vault), notify: (topics) => database.notify(db, topics) }),
      ),
    perform: database.perform && ((request) => database.perform!(request)),
    now: () => database.now(),
    listen: (onTopic, onLost) => database.listen(onTopic, onLost),
    load: () => database.load(),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}

/** What a host has of the store: all but the secrets, whose keys stay where they are. */
export const tablesOfHost = (db: Kysely<Schema>): Tables => tables(db, 'sqlite', NO_VAULT);

const noKeys = (): never => {
  throw new Error('secrets are sealed and opened where their keys are, not beside the database');
};
const NO_VAULT: Sealing = { seal: noKeys, open: noKeys };

function tables(db: Kysely<Schema>, dialect: Dialect, vault: Sealing): Tables {
  return {
    apiKeys: new ApiKeyTable(db, dialect),
    auditTrail: new AuditTrailTable(db, dialect),
    webSessions: new WebSessionTable(db, dialect),
    pools: new PoolTable(db, dialect),
    workers: new WorkerTable(db, dialect),
    views: new ViewTable(db, dialect),
    looks: new LookTable(db, dialect),
    stacks: new StackTable(db, dialect, vault),
    states: new StateTable(db, dialect, vault),
    dependencies: new DependencyTable(db, dialect),
    references: new DependencyReferenceTable(db, dialect),
    outputs: new OutputTable(db, dialect, vault),
    repositories: new RepositoryTable(db, dialect, vault),
    pushHooks: new PushHookTable(db, dialect, vault),
    webhooks: new WebhookTable(db, dialect, vault),
    vcsAgents: new VcsAgentTable(db, dialect),
    modules: new ModuleTable(db, dialect),
    runs: new RunTable(db, dialect),
    runEnvironments: new RunEnvironmentTable(db, dialect, vault),
    runInputs: new RunInputTable(db, dialect, vault),
    drift: new DriftTable(db, dialect),
    assignments: new AssignmentTable(db, dialect),
    sessions: new SessionTable(db, dialect),
    leaseClock: new LeaseClockTable(db, dialect),
    logs: new LogTable(db, dialect),
    poolSamples: new PoolSampleTable(db, dialect),
    planChanges: new PlanChangesTable(db, dialect, vault),
    history: new HistoryTable(db, dialect),
    statistics: new StatisticsTable(db, dialect),
  };
}
