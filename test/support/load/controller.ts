import { ulid } from 'ulid';
import type { PoolAccess } from '../../../src/launcher/credentials';
import { connectMqtt, connectPoll, type Connect } from '../../../src/protocol/client';
import type { Assignment, WorkerRegistration, WorkerView } from '../../../src/protocol/messages';
import type { ControlPlaneSession } from '../../../src/protocol/session';
import type { PoolToken } from '../../../src/protocol/token';
import { insist } from './insist';
import type { Ledger, Transport } from './ledger';
import { playPod, type PodLife } from './pod';

/** As the controller syncs, without its jitter. */
const SYNC_EVERY_MS = 45_000;

const CONNECT: Readonly<Record<Transport, Connect>> = { poll: connectPoll, mqtt: connectMqtt };

export interface LoadPool {
  readonly token: PoolToken;
  readonly privateKeyPem: string;
  /** What its run Pods prove themselves with. */
  readonly access: PoolAccess;
}

export interface LoadControllerOptions {
  readonly transport: Transport;
  readonly pool: LoadPool;
  readonly workers: number;
  readonly life: PodLife;
  readonly ledger: Ledger;
  /** What a run Pod does. @default - what `life` says */
  readonly play?: (assignment: Assignment, signal: AbortSignal) => Promise<void>;
  /** @default the client of the controller for that transport */
  readonly connect?: Connect;
}

/** Of credentials: there will be others. */
const areRefused = ({ kind }: { readonly kind?: string }): boolean => kind === 'rejected';

/** A pool's controller without a cluster: one real session for its workers, and Pods that only talk. */
export class LoadController {
  private session: ControlPlaneSession;
  private readonly closing = new AbortController();
  private readonly workers: readonly WorkerRegistration[];
  /** Assignments that are being carried out, by worker. */
  private readonly held = new Map<string, Assignment>();
  /** By worker: a view that repeats an assignment is no new one. */
  private readonly newestFences = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private whenConnected: () => void = () => undefined;
  private registered = false;

  private constructor(private readonly options: LoadControllerOptions) {
    const { pool, workers } = options;
    this.workers = Array.from({ length: workers }, (_, index) => {
      const name = `${pool.token.poolId.toLowerCase()}-${index}`;
      return { id: ulid(), name, metadata: { name, namespace: 'load' } };
    });
    this.session = this.connect(pool);
    this.timer = setInterval(() => this.connected(), SYNC_EVERY_MS);
  }

  /** Resolves when its workers are registered. */
  static async open(options: LoadControllerOptions): Promise<LoadController> {
    const controller = new LoadController(options);
    await new Promise<void>((resolve) => (controller.whenConnected = resolve));
    await controller.register(controller.workers);
    controller.registered = true;
    await controller.sync();
    return controller;
  }

  /** Goes on with other credentials of the same pool, as after its Secret was changed. */
  async useCredentials(credentials: Pick<LoadPool, 'token' | 'privateKeyPem'>): Promise<void> {
    const former = this.session;
    this.session = this.connect(credentials);
    await former.close();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.closing.abort();
    await this.session.close();
  }

  private connect({ token, privateKeyPem }: Pick<LoadPool, 'token' | 'privateKeyPem'>): ControlPlaneSession {
    const { transport, connect = CONNECT[transport] } = this.options;
    const session = `session-${token.poolId.toLowerCase()}`;
    return connect(
      { token, privateKeyPem, session, userAgent: 'worker-pools-load/1', authorities: '/nonexistent' },
      { onView: (view) => this.see(view), onStatus: ({ state }) => state === 'connected' && this.connected() },
    );
  }

  private connected(): void {
    this.whenConnected();
    if (this.registered) void this.sync().catch((error: unknown) => this.fail(error));
  }

  private async sync(): Promise<void> {
    const workers = this.workers.map(({ id }) => {
      const held = this.held.get(id);
      const pod = held && { runId: held.runId, attempt: held.attempt, stage: held.stage, fence: held.fence };
      return { id, pod: pod ?? null };
    });
    const { unknown } = await insist(() => this.session.sync({ workers }), this.closing.signal);
    if (unknown.length > 0) await this.register(this.workers.filter(({ id }) => unknown.includes(id)));
  }

  private async register(workers: readonly WorkerRegistration[]): Promise<void> {
    await insist(() => this.session.register({ workers: [...workers] }), this.closing.signal);
  }

  private see({ id, assignment }: WorkerView): void {
    if (!assignment || assignment.fence <= (this.newestFences.get(id) ?? 0)) return;
    this.newestFences.set(id, assignment.fence);
    this.held.set(id, assignment);
    const { ledger, transport } = this.options;
    ledger.assigned(assignment.runId, { stage: assignment.stage, workerId: id, transport });
    void this.carryOut(id, assignment).catch((error: unknown) => this.fail(error));
  }

  private async carryOut(workerId: string, assignment: Assignment): Promise<void> {
    const { runId, attempt, fence } = assignment;
    const { pool, life, ledger } = this.options;
    const { signal } = this.closing;
    const { play = () => playPod(pool.access, assignment, life, ledger, signal) } = this.options;
    await life.begin?.(assignment);
    const about = { workerId, runId, attempt, fence };
    const podName = `${runId.toLowerCase()}-${assignment.stage}-${attempt}`;
    await insist(() => this.session.report({ ...about, report: { kind: 'created', podName } }), signal, areRefused);
    await play(assignment, signal).catch((error: unknown) => this.fail(error));
    // Before the answer, behind which the next run may come.
    this.held.delete(workerId);
    ledger.released(workerId);
    await insist(() => this.session.report({ ...about, report: { kind: 'released' } }), signal, areRefused);
  }

  private fail(error: unknown): void {
    if (!this.closing.signal.aborted) this.options.ledger.refused(error);
  }
}
