import type { HealthCheck } from './health';
import { LeaderElector } from './leader-elector';
import type { LeaderElectorOptions } from './leader-elector';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import type { WorkQueue } from './work-queue';

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
  readonly silentMs: number;
  start(): void;
  stop(): Promise<void>;
  whenSynced(): Promise<void>;
}

export interface ManagerOptions {
  reflectors: readonly ManagedReflector[];
  controllers: readonly Controller[];
  /** Without it the controllers start as soon as the caches are synced. */
  election?: Omit<LeaderElectorOptions, 'onStartedLeading' | 'onStoppedLeading' | 'logger'>;
  /** A reflector silent for longer than this is unhealthy; @default 300,000 */
  reflectorSilenceMs?: number;
  /** A queue whose oldest key or pass is older than this is unhealthy; @default 600,000 */
  queueAgeMs?: number;
  /** How long running passes may take to finish at the end; @default 10,000 */
  graceMs?: number;
  logger?: Logger;
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
  private controllersRunning = false;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: ManagerOptions) {
    this.logger = options.logger ?? silentLogger;
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    if (options.election) {
      this.elector = new LeaderElector({
        ...options.election,
        logger: this.logger,
        onStartedLeading: () => this.startControllers(),
        onStoppedLeading: () => this.onStoppedLeading(),
      });
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

  /** For /healthz: fails when watches are silent or passes hang, which a restart mends. */
  get liveness(): HealthCheck[] {
    const { reflectors, controllers, reflectorSilenceMs = 300_000, queueAgeMs = 600_000 } = this.options;
    return [
      ...reflectors.map((reflector) => ({
        name: `watch ${reflector.name}`,
        problem: () =>
          reflector.silentMs > reflectorSilenceMs
            ? `nothing heard for ${Math.round(reflector.silentMs / 1000)} s`
            : undefined,
      })),
      ...controllers.map(({ name, queue }) => ({
        name: `queue ${name}`,
        problem: () =>
          this.controllersRunning && queue.oldestMs > queueAgeMs
            ? `its oldest key has been there for ${Math.round(queue.oldestMs / 1000)} s`
            : undefined,
      })),
    ];
  }

  /** For /readyz: fails until the caches are synced. */
  get readiness(): HealthCheck[] {
    return this.options.reflectors.map((reflector) => ({
      name: `cache ${reflector.name}`,
      problem: () => (reflector.synced ? undefined : 'the first list is not in yet'),
    }));
  }

  private async startControllers(): Promise<void> {
    this.controllersRunning = true;
    for (const controller of this.options.controllers) await controller.start?.();
    for (const controller of this.options.controllers) controller.queue.start();
    this.logger.info({ controllers: this.options.controllers.map(({ name }) => name) }, 'controllers started');
  }

  private async stopControllers(): Promise<void> {
    if (!this.controllersRunning) return;
    this.controllersRunning = false;
    const { controllers, graceMs } = this.options;
    await Promise.all(controllers.map((controller) => controller.queue.stop(graceMs)));
    for (const controller of controllers) await controller.stop?.();
  }

  private async onStoppedLeading(): Promise<void> {
    await this.stopControllers();
    if (!this.stopping) void this.end('lease-lost');
  }

  private end(how: 'stopped' | 'lease-lost'): Promise<void> {
    this.stopping ??= (async () => {
      await this.elector?.stop();
      await this.stopControllers();
      await Promise.all(this.options.reflectors.map((reflector) => reflector.stop()));
      this.resolveEnded(how);
    })();
    return this.stopping;
  }
}
