import type { Clock } from '../../time';
import { systemClock } from '../../time';
import { bounded } from './bounded';
import { messageOf } from './errors';
import type { HealthCheck } from './health';
import { LeaderElector } from './leader-elector';
import type { LeaderElectorOptions } from './leader-elector';
import type { Leadership } from './leadership';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { ABANDON_MS, GRACE_MS, type WorkQueue } from './work-queue';

/** One controller. Its queue calls its reconcile. */
export interface Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  /** Called when all caches are synced and, with an election, we lead; before the queue starts: subscribe, seed. */
  start?(): void | Promise<void>;
  /** Called after the queue stopped. */
  stop?(): void | Promise<void>;
}

/** What the manager needs of a reflector, whatever its objects. */
export interface ManagedReflector {
  readonly name: string;
  readonly synced: boolean;
  /** Since the API server was last heard. */
  readonly silentMs: number;
  /** Since the last sign of the reflector itself: something heard, or an attempt that failed. */
  readonly idleMs: number;
  start(): void;
  stop(): Promise<void>;
  whenSynced(): Promise<void>;
}

interface ManagerOptions {
  reflectors: readonly ManagedReflector[];
  controllers: readonly Controller[];
  /** Without it the controllers start as soon as the caches are synced. */
  election?: Omit<LeaderElectorOptions, 'onStartedLeading' | 'onStoppedLeading' | 'logger' | 'clock'>;
  /** The right to act that the controllers' clients ask for; it ends with them. */
  leadership: Leadership;
  /** A reflector silent for longer than this is not ready, one idle for longer is not alive; @default 300,000 */
  reflectorSilenceMs?: number;
  /** A queue whose oldest key or pass is older than this is unhealthy; @default 600,000 */
  queueAgeMs?: number;
  /** How long running passes may take to finish when the manager is told to stop; @default GRACE_MS */
  graceMs?: number;
  logger?: Logger;
  clock?: Clock;
}

/**
 * Starts and stops everything in the right order. Caches fill before leading, so that taking over is quick; who loses the
 * Lease does not lead again in the same process, because only a new process has certainly forgotten everything.
 */
export class Manager {
  /** Resolves when the manager has ended: asked to, or because the Lease was lost (then the process should exit). */
  readonly ended: Promise<'stopped' | 'lease-lost'>;
  private resolveEnded!: (how: 'stopped' | 'lease-lost') => void;
  private readonly elector: LeaderElector | undefined;
  private readonly logger: Logger;
  private readonly clock: Clock;
  private controllersRunning = false;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: ManagerOptions) {
    this.logger = options.logger ?? silentLogger;
    this.clock = options.clock ?? systemClock;
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    if (options.election) {
      this.elector = new LeaderElector({
        ...options.election,
        logger: this.logger,
        clock: this.clock,
        onStartedLeading: () => this.startControllers(),
        onStoppedLeading: () => this.onStoppedLeading(),
      });
      options.leadership.dependOn(this.elector);
    }
  }

  get isLeading(): boolean {
    return this.controllersRunning;
  }

  /** Resolves when the controllers run, or, with an election, when we are a candidate. */
  async start(): Promise<void> {
    for (const reflector of this.options.reflectors) reflector.start();
    await Promise.all(this.options.reflectors.map((reflector) => reflector.whenSynced()));
    if (this.stopping) return;
    if (this.elector) this.elector.start();
    else await this.startControllers();
  }

  /** Lets running passes finish, gives the Lease back, ends the watches. */
  stop(): Promise<void> {
    return this.end('stopped');
  }

  /** For /healthz: fails when passes hang, which a restart mends. An API server that is away is no reason for one. */
  get liveness(): HealthCheck[] {
    const { reflectors, controllers, queueAgeMs = 600_000 } = this.options;
    return [
      ...reflectors.map((reflector) => ({
        name: `watch ${reflector.name}`,
        problem: () =>
          reflector.idleMs > this.silenceMs ? `nothing done for ${Math.round(reflector.idleMs / 1000)} s` : undefined,
      })),
      ...controllers.map(({ name, queue }) => ({
        name: `queue ${name}`,
        problem: () =>
          this.controllersRunning && queue.oldestMs > queueAgeMs && this.hearsApiServer
            ? `its oldest key has been there for ${Math.round(queue.oldestMs / 1000)} s`
            : undefined,
      })),
    ];
  }

  /** For /readyz: fails until the caches are synced, and while API server or Lease are out of reach. */
  get readiness(): HealthCheck[] {
    const { elector } = this;
    return [
      ...this.options.reflectors.map((reflector) => ({
        name: `cache ${reflector.name}`,
        problem: () => {
          if (!reflector.synced) return 'the first list is not in yet';
          const silent = reflector.silentMs > this.silenceMs;
          return silent ? `nothing heard for ${Math.round(reflector.silentMs / 1000)} s` : undefined;
        },
      })),
      ...(elector ? [{ name: 'lease', problem: () => elector.problem }] : []),
    ];
  }

  /** What cannot be reached explains every pass that takes long. */
  private get hearsApiServer(): boolean {
    return this.options.reflectors.every((reflector) => reflector.silentMs <= this.silenceMs);
  }

  private get silenceMs(): number {
    return this.options.reflectorSilenceMs ?? 300_000;
  }

  private async startControllers(): Promise<void> {
    this.controllersRunning = true;
    for (const controller of this.options.controllers) await controller.start?.();
    for (const controller of this.options.controllers) controller.queue.start();
    this.logger.info({ controllers: this.options.controllers.map(({ name }) => name) }, 'controllers started');
  }

  /** Ends within the grace and twice ABANDON_MS. */
  private async stopControllers(graceMs: number): Promise<void> {
    if (!this.controllersRunning) return;
    this.controllersRunning = false;
    const { controllers, leadership } = this.options;
    const cutOff = this.clock.setTimer(graceMs, () => leadership.end());
    await Promise.all(controllers.map((controller) => controller.queue.stop({ graceMs })));
    cutOff();
    leadership.end();
    await Promise.all(
      controllers.map((controller) => this.within(ABANDON_MS, controller.name, () => controller.stop?.())),
    );
  }

  /** Whoever lost the Lease has no right to finish anything. */
  private async onStoppedLeading(): Promise<void> {
    if (!this.stopping) this.options.leadership.end();
    await this.stopControllers(this.stopping ? this.graceMs : 0);
    if (!this.stopping) void this.end('lease-lost');
  }

  private end(how: 'stopped' | 'lease-lost'): Promise<void> {
    this.stopping ??= (async () => {
      await this.elector?.stop();
      await this.stopControllers(this.graceMs);
      await Promise.all(
        this.options.reflectors.map((reflector) => this.within(ABANDON_MS, reflector.name, () => reflector.stop())),
      );
      this.resolveEnded(how);
    })();
    return this.stopping;
  }

  private async within(ms: number, name: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await bounded(this.clock, ms, undefined, async () => work());
    } catch (error) {
      this.logger.error({ name, err: messageOf(error) }, 'a part could not be stopped');
    }
  }

  private get graceMs(): number {
    return this.options.graceMs ?? GRACE_MS;
  }
}
