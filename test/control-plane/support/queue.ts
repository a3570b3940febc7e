import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { AdminService } from '../../../src/control-plane/admin/admin-service';
import { IN_PROCESS } from '../../../src/control-plane/audit/actor';
import { dispatch } from '../../../src/control-plane/queue/dispatcher';
import { hosting } from '../../../src/control-plane/hosting';
import { Authority } from '../../../src/control-plane/pki/authority';
import { KeyFiles } from '../../../src/control-plane/key-files';
import type { ApiKeys } from '../../../src/control-plane/identity/api-keys';
import { PoolIssuer } from '../../../src/control-plane/identity/pool-issuer';
import { queueContext } from '../../../src/control-plane/queue';
import type { PersonContext, QueueContext } from '../../../src/control-plane/queue/context';
import { appendLogs, heartbeat, outcome } from '../../../src/control-plane/queue/pod-operations';
import { start } from '../../../src/control-plane/queue/pod-start';
import { States } from '../../../src/control-plane/state/states';
import { openBlobs, type Blobs } from '../../../src/control-plane/blobs';
import { moveLeaseClock, ODD_MS } from '../../../src/control-plane/queue/lease-clock';
import { RETENTION } from '../../../src/api/defaults';
import { sweep } from '../../../src/control-plane/queue/sweep';
import { storeOn } from '../../../src/control-plane/store';
import type { Database } from '../../../src/control-plane/store/database/database';
import type { Prepare } from '../../../src/control-plane/store/database/migrate';
import { prepareSecrets } from '../../../src/control-plane/store/secrets';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import type { RunType } from '../../../src/control-plane/store/records';
import type { Schema } from '../../../src/control-plane/store/schema';
import type {
  Assignment,
  OutcomeReason,
  PodReport,
  ReportResponse,
  RetireResponse,
  SyncRequest,
  SyncResponse,
  WorkerView,
  WorkerViews,
} from '../../../src/protocol/messages';
import { Destinations } from '../../../src/control-plane/webhooks';
import { systemClock } from '../../../src/time';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { openApiKeys } from './api-keys';
import { makePool, makeStack, newWorker, type TestPool } from './control-plane';
import { line } from './pod';
import { vaultOf } from './vault';

/** How often a sweep comes. */
export const SWEEP_MS = 5_000;

const never = new AbortController().signal;
type Observed = SyncRequest['workers'];

/** For what a person asks for. */
export const forSomebody = (context: QueueContext): PersonContext => ({ ...context, actor: IN_PROCESS });

export type OpenDatabase = (folder: string, now: () => number, prepare: Prepare) => Promise<Database<Schema>>;

const sqliteIn: OpenDatabase = (folder, now, prepare) =>
  openSqlite({ path: join(folder, 'control-plane.db'), inProcess: true, now, prepare, hosting });

/** A database of PostgreSQL, with the clock of the test. */
export const postgresAt =
  (url: string): OpenDatabase =>
  async (_folder, now) => ({
    ...(await openPostgres({ url, poolSize: 4 })),
    now: () => Promise.resolve(now()),
  });

/** A queue on a real store with a clock that the test turns; no network. */
export class TestQueue {
  pool!: TestPool;
  context!: QueueContext;
  admin!: AdminService;
  apiKeys!: ApiKeys;
  blobs!: Blobs;
  keptStates!: States;
  authority!: Authority;
  private database!: Database<Schema>;
  private time = { now: 1_800_000_000_000 };

  private constructor(
    readonly folder: string,
    private readonly openDatabase: OpenDatabase,
  ) {}

  static async open(folder: string, openDatabase: OpenDatabase = sqliteIn): Promise<TestQueue> {
    const queue = new TestQueue(folder, openDatabase);
    await queue.open();
    return queue;
  }

  private async open(): Promise<void> {
    const { folder, time } = this;
    const vault = vaultOf(folder);
    this.database = await this.openDatabase(folder, () => time.now, prepareSecrets(vault));
    const store = storeOn(this.database, vault);
    const settings = {
      launcherImage: 'launcher',
      defaultRunnerImage: 'runner',
      defaultAnsibleRunnerImage: 'ansible',
      startDeadlineMs: 900_000,
      retention: { ...RETENTION, logMiBPerRun: 1 },
    };
    this.context = queueContext(store, settings, pino({ level: 'silent' }), { ...systemClock, now: () => time.now });
    const references = { named: (_kind: string, ids: readonly string[]) => Promise.resolve(new Set(ids)) };
    this.blobs = await openBlobs(folder, {}, { references, clock: systemClock, logger: this.context.logger });
    this.authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
    const { authority, blobs } = this;
    const address = { endpoint: 'https://127.0.0.1:1', mqtt: 'mqtts://127.0.0.1:2', ca: authority.certificatePem };
    const keys = KeyFiles.inDataFolder(folder);
    this.apiKeys = openApiKeys(keys, { store, now: () => time.now });
    this.keptStates = new States(this.context, blobs);
    this.admin = new AdminService(this.context, {
      blobs,
      states: this.keptStates,
      issuer: new PoolIssuer(authority, () => address),
      apiKeys: this.apiKeys,
      destinations: new Destinations(['127.0.0.0/8']),
    });
    await moveLeaseClock(this.context, SWEEP_MS);
  }

  /** One with a pool and a stack, in a folder of its own that goes with it. */
  static async ready(folder = temporaryFolder(), openDatabase?: OpenDatabase): Promise<TestQueue> {
    const queue = await TestQueue.open(folder, openDatabase);
    await queue.furnish();
    return queue;
  }

  /** Another control plane on the same database and clock. */
  async replica(): Promise<TestQueue> {
    const folder = temporaryFolder();
    // Replicas have the same keys.
    const keys = 'encryption.keys';
    copyFileSync(join(this.folder, keys), join(folder, keys));
    const replica = new TestQueue(folder, this.openDatabase);
    replica.time = this.time;
    await replica.open();
    replica.pool = this.pool;
    return replica;
  }

  /** Makes the pool and the stack. */
  async furnish(): Promise<void> {
    this.pool = await makePool(this);
    await makeStack(this, this.pool.id);
  }

  /** As after a restart of the control plane: the same folder and clock, nothing in memory. */
  async restart(meanwhile: () => unknown = () => undefined): Promise<void> {
    await this.stop();
    await meanwhile();
    await this.open();
  }

  async addStack(name: string): Promise<void> {
    await makeStack(this, this.pool.id, name);
  }

  get now(): number {
    return this.time.now;
  }

  /** Time in which the control plane is there, though nobody looks at a lease. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1000; left > 0; left -= ODD_MS) {
      this.time.now += Math.min(left, ODD_MS);
      await moveLeaseClock(this.context, 0);
    }
  }

  /** A step of the clock, or time in which the control plane stands still. */
  leap(seconds: number): void {
    this.time.now += seconds * 1000;
  }

  /** Looks at the leases, as it does every few seconds. */
  async sweep(): Promise<void> {
    await sweep(this.context, await this.context.store.read.leaseClock.reading());
  }

  async register(name = 'worker', session = 'session'): Promise<string> {
    const worker = newWorker(name);
    await this.call<WorkerViews>('register', { session, workers: [worker] });
    return worker.id;
  }

  /** As its controller does when it is told that the worker is unknown. */
  async registerAgain(id: string, session = 'session'): Promise<void> {
    await this.call<WorkerViews>('register', { session, workers: [{ id, name: 'worker', metadata: {} }] });
  }

  async waits(runId: string): Promise<string | null> {
    const [waits = null] = await this.admin.waitsFor([(await this.admin.run(runId))!]);
    return waits;
  }

  /** What no operation does. */
  async sql(text: string): Promise<void> {
    await this.database.transaction((db) => sql.raw(text).execute(db));
  }

  /** As they lie in the database. */
  async rows(table: keyof Schema): Promise<object[]> {
    return this.database.reads.selectFrom(table).selectAll().execute();
  }

  /** Every row of the database but when keys were used, which is written down while nobody waits. */
  everything(): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.database.transaction(async (db) => {
      const rows: Record<string, string[]> = {};
      for (const { name } of await db.introspection.getTables()) {
        const { rows: found } = await sql<Record<string, unknown>>`SELECT * FROM ${sql.table(name)}`.execute(db);
        rows[name] = found.map((row) => JSON.stringify({ ...row, lastUsedAt: undefined })).sort();
      }
      return rows;
    });
  }

  async beat(session = 'session', term?: number): Promise<void> {
    const after = await this.context.store.read.pools.revision(this.pool.id);
    await this.call('watch', { session, after, waitSeconds: 0, ...(term !== undefined && { term }) });
  }

  watch(after: number, waitSeconds: number, session = 'session'): Promise<WorkerViews> {
    return this.call('watch', { session, after, waitSeconds });
  }

  sync(workers: Observed, session = 'session', term?: number): Promise<SyncResponse> {
    return this.call('sync', { session, workers, ...(term !== undefined && { term }) });
  }

  async retire(id: string): Promise<boolean> {
    const { results } = await this.call<RetireResponse>('retire', { session: 'session', workers: [id] });
    return results[0]?.retired ?? false;
  }

  async report(workerId: string, assignment: Assignment, report: PodReport): Promise<boolean> {
    return (await this.answer(workerId, assignment, report)).accepted;
  }

  answer(workerId: string, { runId, attempt, fence }: Assignment, report: PodReport): Promise<ReportResponse> {
    return this.call('report', { session: 'session', workerId, runId, attempt, fence, report });
  }

  async view(workerId: string, session = 'session'): Promise<WorkerView | undefined> {
    const { workers } = await this.call<WorkerViews>('watch', { session, after: 0, waitSeconds: 0 });
    return workers.find((view) => view.id === workerId);
  }

  async assignment(workerId: string, session = 'session'): Promise<Assignment> {
    const view = await this.view(workerId, session);
    if (!view?.assignment) throw new Error(`worker ${workerId} has no run`);
    return view.assignment;
  }

  async trigger(stack = 'stack', type: RunType = 'TRACKED'): Promise<string> {
    const command = type === 'TASK' ? { command: 'tofu state list' } : {};
    return (await this.admin.createRun({ stack, type, ...command })).id;
  }

  /** A worker with a run that has not started. */
  async assigned(...run: Parameters<TestQueue['trigger']>) {
    const worker = await this.register();
    const id = await this.trigger(...run);
    return { worker, run: id, assignment: await this.assignment(worker) };
  }

  /** A worker with a run that has started. */
  async started(...run: Parameters<TestQueue['trigger']>) {
    const made = await this.assigned(...run);
    await this.start(made.assignment);
    return made;
  }

  /** @param able `masksInputs` and `clonesGit` are false for launchers of before */
  start(
    { runId, attempt, fence }: Assignment,
    podUid = 'pod',
    able: { readonly masksInputs?: boolean; readonly clonesGit?: boolean; readonly asksPolicy?: boolean } = {},
  ) {
    const { masksInputs = true, clonesGit = true, asksPolicy = false } = able;
    const pod = { podUid, servesState: true, asksPolicy, clonesGit, bringsTool: true, masksInputs };
    return start(this.context, { poolId: this.pool.id, runId, attempt }, { fence, ...pod });
  }

  heartbeat({ runId, attempt, fence }: Assignment, waitSeconds = 0) {
    return heartbeat(this.context, { poolId: this.pool.id, runId, attempt }, { fence, step: '', waitSeconds }, never);
  }

  async print({ runId, attempt, fence }: Assignment, sequence: number, text: string): Promise<number> {
    const entries = [{ ...line(sequence), text }];
    const who = { poolId: this.pool.id, runId, attempt };
    return (await appendLogs(this.context, who, { fence, writer: 'relay', entries })).acknowledged;
  }

  async log({ runId, attempt, fence }: Assignment, ...sequences: number[]) {
    const request = { fence, writer: 'relay' as const, entries: sequences.map((sequence) => line(sequence)) };
    return (await appendLogs(this.context, { poolId: this.pool.id, runId, attempt }, request)).acknowledged;
  }

  async end({ runId, attempt, fence }: Assignment, reason: OutcomeReason = 'Succeeded', hasChanges = false) {
    if (hasChanges) await this.context.store.transaction((tx) => tx.runs.setWorkspace(runId, 'workspace'));
    const request = { fence, reason, message: 'said the relay', exitCode: 0, hasChanges };
    return (await outcome(this.context, { poolId: this.pool.id, runId, attempt }, request)).state;
  }

  async state(runId: string): Promise<string> {
    const run = await this.admin.run(runId);
    return run?.reason ? `${run.state} ${run.reason}` : String(run?.state);
  }

  states(...runIds: readonly string[]): Promise<string[]> {
    return Promise.all(runIds.map((id) => this.state(id)));
  }

  async text(runId: string): Promise<string> {
    return (await this.admin.readLog(runId, 0, 1000)).map((record) => record.text).join('');
  }

  async close(): Promise<void> {
    await this.stop();
    removeFolder(this.folder);
  }

  private async stop(): Promise<void> {
    this.context.wakeups.close();
    await this.context.store.close();
  }

  private async call<T>(operation: string, body: object): Promise<T> {
    return (await dispatch(this.context, this.pool.id, operation, body, never)) as T;
  }
}
