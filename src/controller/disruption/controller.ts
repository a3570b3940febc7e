import type { Registry } from 'prom-client';
import { RUN_BUDGET } from '../../api';
import type { Clock } from '../../time';
import { livePodsIn } from '../caches';
import { isLive, type RunPod } from '../run';
import {
  Cache,
  Reflector,
  runPass,
  WorkQueue,
  type CacheEvent,
  type Controller,
  type KubeObject,
  type Logger,
  type ReconcileResult,
} from '../runtime';
import { apply, type ApplyContext } from './apply';
import { BUDGETS, OWN_BUDGETS, type Budget } from './budget';
import { decide, type NamespaceSnapshot } from './decide';

interface DisruptionControllerOptions extends Omit<ApplyContext, 'budgets'> {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Namespaces to look after; none means all. */
  readonly namespaces: readonly string[];
  /** Where the queue's metrics go. @default none are kept */
  readonly prometheus?: Registry;
}

/**
 * Keeps a PodDisruptionBudget in each namespace in which runs are carried out, wherever that is: one for all of them costs
 * two requests, however many runs there are.
 *
 * It only guards. Its watch is its own and nobody waits for it, so that a controller without the right to budgets carries
 * out runs as ever.
 */
export class DisruptionController implements Controller {
  readonly name = 'disruption';
  readonly queue: WorkQueue;
  private readonly context: ApplyContext;
  private readonly budgets = new Cache<Budget>();
  private readonly reflector: Reflector<Budget>;
  private readonly idleSince = new Map<string, number>();
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: DisruptionControllerOptions) {
    const { client, logger, clock, namespaces, prometheus } = options;
    this.context = { ...options, budgets: this.budgets };
    this.reflector = new Reflector<Budget>({
      client,
      resource: BUDGETS,
      cache: this.budgets,
      labelSelector: OWN_BUDGETS,
      logger,
      clock,
      ...(namespaces.length > 0 && { namespaces }),
    });
    this.queue = new WorkQueue({
      name: this.name,
      reconcile: (namespace, signal) => this.reconcile(namespace, signal),
      logger,
      clock,
      ...(prometheus && { metrics: prometheus }),
    });
  }

  start(): void {
    const { pods } = this.options.caches;
    this.unsubscribe = [
      pods.onChange((event) => beginsOrEnds(event) && this.queue.add(namespaceOf(event.object))),
      this.budgets.onChange(({ object }) => this.queue.add(namespaceOf(object))),
    ];
    for (const pod of pods.list()) this.queue.add(namespaceOf(pod));
    this.reflector.start();
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    await this.reflector.stop();
  }

  reconcile(namespace: string, signal: AbortSignal): Promise<ReconcileResult> {
    return runPass(
      {
        gather: () => this.gather(namespace),
        decide,
        apply: (_, action) => apply(this.context, namespace, action, signal),
        settle: (_, { idleSince }) => Promise.resolve(this.remember(namespace, idleSince)),
      },
      signal,
    );
  }

  private remember(namespace: string, idleSince: number | undefined): void {
    if (idleSince === undefined) this.idleSince.delete(namespace);
    else this.idleSince.set(namespace, idleSince);
  }

  private gather(namespace: string): NamespaceSnapshot {
    const { caches, clock } = this.options;
    return {
      now: clock.now(),
      busy: livePodsIn(caches, namespace).length > 0,
      idleSince: this.idleSince.get(namespace),
      budget: this.budgets.get(namespace, RUN_BUDGET.name),
    };
  }
}

/** Most changes of a Pod change nothing here. */
function beginsOrEnds({ type, object, old }: CacheEvent<RunPod>): boolean {
  return type !== 'updated' || old === undefined || isLive(object) !== isLive(old);
}

function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}
