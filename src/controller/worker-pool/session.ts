import type { WorkerPool } from '../../api';
import type { Connect, SessionLeadership } from '../../protocol/client';
import type {
  ObservedWorker,
  ReportResponse,
  WorkerRegistration,
  WorkerView,
  WorkerViews,
} from '../../protocol/messages';
import type { ControlPlaneSession, SessionStatus } from '../../protocol/session';
import type { WorkerSession } from '../pool-registry';
import type { RunImages } from '../run';
import type { Clock } from '../../time';
import { Batcher } from './batcher';
import type { PoolCredentials } from './credentials';
import type { SessionFact } from './snapshot';

/** Workers in one request. */
const BATCH = 500;
/** The session's whole truth is exchanged so often, with as much jitter, in milliseconds. */
const SYNC_EVERY_MS = 30_000;

interface PoolSessionOptions {
  /** Changes whenever the session must be opened anew. */
  readonly key: string;
  readonly credentials: PoolCredentials;
  readonly connect: Connect;
  readonly userAgent: string;
  readonly leadership?: SessionLeadership;
  /** Address in place of the token's. */
  readonly endpoint?: string;
  /** How the endpoint is shown to people. */
  readonly shownEndpoint: string;
  /** The newest WorkerPool of the cache. */
  readonly pool: () => WorkerPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onWorkerChange: (workerId: string) => void;
  /** The control plane named the images that runs get. */
  readonly onImages: (images: RunImages) => void;
  /** The pool itself needs a look: status, retirement or registration changed. */
  readonly onPoolChange: () => void;
  /** The connection stands again: every Worker may have waited for it. */
  readonly onReconnect: () => void;
}

/** One pool's connection to the control plane and what is known through it. */
export class PoolSession implements WorkerSession {
  readonly ulid: string;
  private readonly controlPlane: ControlPlaneSession;
  private readonly views = new Map<string, WorkerView>();
  private readonly retired = new Set<string>();
  private readonly askedAt = new Map<string, number>();
  private readonly retirements = new Batcher<boolean>(BATCH, (ids) => this.askToRetire(ids));
  private revision = 0;
  private synced = false;
  /** By the monotonic clock; 0 before the first. */
  private nextSyncDue = 0;
  /** Since when there has been no connection; undefined while it stands. */
  disconnectedSince: number | undefined;
  private failures = 0;

  constructor(private readonly options: PoolSessionOptions) {
    this.ulid = options.credentials.token.poolId;
    this.disconnectedSince = options.clock.now();
    this.controlPlane = options.connect(
      {
        token: options.credentials.token,
        privateKeyPem: options.credentials.privateKeyPem,
        session: options.pool().metadata.uid,
        userAgent: options.userAgent,
        ...(options.leadership && { leadership: options.leadership }),
        ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
      },
      { onView: (view) => this.takeView(view), onStatus: (status) => this.takeStatus(status) },
    );
  }

  get pool(): WorkerPool {
    return this.options.pool();
  }

  get status(): SessionStatus {
    return this.controlPlane.status;
  }

  /** What `decide` looks at. */
  get fact(): SessionFact {
    return {
      key: this.options.key,
      ulid: this.ulid,
      endpoint: this.options.shownEndpoint,
      status: this.status,
      failures: this.failures,
      synced: this.synced,
      nextSyncAt: this.options.clock.now() + this.nextSyncDue - this.options.clock.monotonic(),
    };
  }

  view(workerId: string): WorkerView | undefined {
    return this.views.get(workerId);
  }

  isRetired(workerId: string): boolean {
    return this.retired.has(workerId) || this.views.get(workerId)?.removed === true;
  }

  /** True when the control plane was asked to retire the worker and it was busy. */
  isRetiring(workerId: string): boolean {
    return !this.isRetired(workerId) && (this.askedAt.has(workerId) || this.views.get(workerId)?.retiring === true);
  }

  lastAskedAt(workerId: string): number | undefined {
    return this.askedAt.get(workerId);
  }

  async retire(workerId: string): Promise<boolean> {
    if (this.isRetired(workerId)) return true;
    return this.retirements.get(workerId);
  }

  report(request: Parameters<ControlPlaneSession['report']>[0]): Promise<ReportResponse> {
    return this.controlPlane.report(request);
  }

  /** Exchanges the whole truth: `workers` are all that exist, with or without a run. */
  async sync(workers: readonly ObservedWorker[]): Promise<void> {
    // Set before the answer, so that a reconnect in between asks for another.
    this.synced = true;
    try {
      const answer = await this.controlPlane.sync({ workers: [...workers] });
      // A control plane that lost its memory starts again with low revisions.
      if (answer.revision < this.revision) this.views.clear();
      this.takeViews(answer);
      if (answer.images) this.options.onImages(answer.images);
      for (const id of answer.unknown) this.views.delete(id);
      const existing = new Set(workers.map(({ id }) => id));
      for (const id of this.views.keys()) if (!existing.has(id)) this.forget(id);
      this.nextSyncDue = this.options.clock.monotonic() + SYNC_EVERY_MS * (1 + this.options.random());
      if (this.disconnectedSince === undefined) return;
      this.disconnectedSince = undefined;
      this.options.onReconnect();
    } catch (error) {
      this.synced = false;
      this.disconnectedSince ??= this.options.clock.now();
      throw error;
    }
  }

  async register(workers: readonly WorkerRegistration[]): Promise<void> {
    for (let from = 0; from < workers.length; from += BATCH) {
      this.takeViews(await this.controlPlane.register({ workers: workers.slice(from, from + BATCH) }));
    }
  }

  /** The object is gone: nothing needs to be known of it any more. */
  forget(workerId: string): void {
    this.views.delete(workerId);
    this.retired.delete(workerId);
    this.askedAt.delete(workerId);
  }

  close(): Promise<void> {
    return this.controlPlane.close();
  }

  private async askToRetire(ids: string[]): Promise<ReadonlyMap<string, boolean>> {
    const { results } = await this.controlPlane.retire({ workers: ids });
    const now = this.options.clock.now();
    for (const { id, retired } of results) {
      this.askedAt.set(id, now);
      if (retired) this.retired.add(id);
      this.options.onWorkerChange(id);
    }
    this.options.onPoolChange();
    return new Map(results.map(({ id, retired }) => [id, retired]));
  }

  private takeViews(answer: WorkerViews): void {
    this.revision = answer.revision;
    for (const view of answer.workers) this.takeView(view);
  }

  private takeView(view: WorkerView): void {
    const before = this.views.get(view.id);
    if (before && before.revision >= view.revision) return;
    this.views.set(view.id, view);
    if (view.assignment) this.options.onImages(view.assignment);
    this.options.onWorkerChange(view.id);
    // Runs that come and go are the Worker's business; the pool looks when one of its Workers may leave.
    const leaves = view.removed || view.retiring || this.askedAt.has(view.id);
    if (leaves) this.options.onPoolChange();
  }

  private takeStatus(status: SessionStatus): void {
    if (status.state === 'failed') {
      this.disconnectedSince ??= this.options.clock.now();
      this.failures += 1;
    }
    if (status.state === 'connected') {
      this.failures = 0;
      this.synced = false;
      this.options.onReconnect();
    }
    this.options.onPoolChange();
  }
}
