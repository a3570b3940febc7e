import type { Registry } from 'prom-client';
import { API_VERSION, EVENT_REASON, RUN_BUDGET, WORKER_POOL } from '../../api';
import type { Clock } from '../../time';
import { INDEX, type Caches } from '../caches';
import { hasEnded, type RunPod } from '../run';
import {
  Cache,
  explainRefusal,
  isAlreadyExists,
  isConflict,
  refusalOf,
  Reflector,
  WorkQueue,
  type CacheEvent,
  type Controller,
  type EventRecorder,
  type KubeClient,
  type Logger,
  type ReconcileResult,
} from '../runtime';
import { BUDGETS, isOwn, OWN_BUDGETS, runBudget, type Budget } from './budget';
import { decide, type NamespaceSnapshot } from './decide';

export interface DisruptionControllerOptions {
  readonly client: KubeClient;
  readonly caches: Pick<Caches, 'pods' | 'pools'>;
  readonly events: EventRecorder;
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
  private readonly budgets = new Cache<Budget>();
  private readonly reflector: Reflector<Budget>;
  private readonly idleSince = new Map<string, number>();
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: DisruptionControllerOptions) {
    const { client, logger, clock, namespaces, prometheus } = options;
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

  async reconcile(namespace: string, signal?: AbortSignal): Promise<ReconcileResult> {
    const { action, requeueAfterMs } = decide(this.gather(namespace));
    if (action?.type === 'create') await this.create(namespace, signal);
    if (action?.type === 'delete') await this.delete(namespace, action.budget, signal);
    return { requeueAfterMs };
  }

  private gather(namespace: string): NamespaceSnapshot {
    const { caches, clock } = this.options;
    const now = clock.now();
    const busy = caches.pods.byIndex(INDEX.runsIn, namespace).length > 0;
    const budget = this.budgets.get(namespace, RUN_BUDGET.name);
    if (busy || budget === undefined) this.idleSince.delete(namespace);
    else if (!this.idleSince.has(namespace)) this.idleSince.set(namespace, now);
    return { now, busy, idleSince: this.idleSince.get(namespace), budget };
  }

  private async create(namespace: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      this.budgets.noteWritten(
        await this.options.client.create<Budget>(BUDGETS, namespace, runBudget(namespace), signal ? { signal } : {}),
      );
    } catch (error) {
      // That of the leader before us, which the watch has not shown yet.
      const found = isAlreadyExists(error) ? await this.read(namespace, signal) : undefined;
      if (found && isOwn(found)) return this.budgets.noteWritten(found);
      this.warn(namespace, error, found);
      throw error;
    }
  }

  private read(namespace: string, signal: AbortSignal | undefined): Promise<Budget | undefined> {
    return this.options.client.get<Budget>(BUDGETS, namespace, RUN_BUDGET.name, signal ? { signal } : {});
  }

  private async delete(namespace: string, budget: Budget, signal: AbortSignal | undefined): Promise<void> {
    const { uid } = budget.metadata;
    try {
      await this.options.client.delete(BUDGETS, namespace, RUN_BUDGET.name, {
        ...(uid !== undefined && { uid }),
        ...(signal && { signal }),
      });
    } catch (error) {
      // Another one has its name by now; the watch will show it.
      if (!isConflict(error)) throw error;
    }
    this.budgets.noteDeleted(budget);
  }

  /** Runs go on unprotected: whoever drains a node has to know. */
  private warn(namespace: string, error: unknown, stranger: Budget | undefined): void {
    const refusal = refusalOf(error);
    if (refusal === undefined || refusal.kind === 'namespace-gone') return;
    const message = stranger
      ? `A PodDisruptionBudget ${RUN_BUDGET.name} that is not this controller's stands in namespace ${namespace}, so that runs are not protected when nodes are drained: delete it; the right one is then made by itself.`
      : explainRefusal(refusal, {
          object: `the PodDisruptionBudget ${RUN_BUDGET.name}, without which runs are not protected when nodes are drained`,
          verb: 'create',
          namespace,
          field: 'pdb.enabled of the chart',
          then: 'it is then made by itself',
        });
    const event = { type: 'Warning', reason: EVENT_REASON.runsUnprotected, message } as const;
    for (const { metadata } of this.options.caches.pools.list()) {
      if (metadata.namespace !== namespace) continue;
      this.options.events.event({ apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata }, event);
    }
  }
}

/** Most changes of a Pod change nothing here. */
function beginsOrEnds({ type, object, old }: CacheEvent<RunPod>): boolean {
  return type !== 'updated' || old === undefined || hasEnded(object) !== hasEnded(old);
}

function namespaceOf({ metadata }: RunPod | Budget): string {
  return metadata.namespace ?? '';
}
