import type { ApiClient, BenchObject, Watch } from './api-client';
import { BARE_NAMESPACE, NAMESPACE, podsPath, workersPath } from './laboratory';

interface WorkerObject extends BenchObject {
  readonly status?: { readonly state?: string; readonly registered?: boolean };
}

/** Knows by watches what exists, so that waiting for it asks the API server for nothing. */
export class Observer {
  /** Run Pods that exist, by name. */
  readonly pods = new Map<string, BenchObject>();
  /** Pods of the bare client that exist. */
  readonly barePods = new Set<string>();
  private readonly workers = new Map<string, WorkerObject>();
  private idle = 0;
  private watches: Watch[] = [];

  static start(client: ApiClient): Observer {
    const observer = new Observer();
    const { pods, barePods } = observer;
    observer.watches = [
      client.watch(
        podsPath(NAMESPACE),
        (change, pod) =>
          void (change === 'DELETED' ? pods.delete(pod.metadata.name) : pods.set(pod.metadata.name, pod)),
        { metadataOnly: true },
      ),
      client.watch(
        podsPath(BARE_NAMESPACE),
        (change, { metadata }) =>
          void (change === 'DELETED' ? barePods.delete(metadata.name) : barePods.add(metadata.name)),
        { metadataOnly: true },
      ),
      client.watch<WorkerObject>(workersPath, (change, worker) => observer.takeWorker(change, worker)),
    ];
    return observer;
  }

  /** Rejects when a watch breaks. */
  get broken(): Promise<never> {
    return Promise.race(this.watches.map(({ broken }) => broken));
  }

  /** Workers whose status says that they are registered and without a run. */
  get idleWorkers(): number {
    return this.idle;
  }

  workerObjects(): readonly BenchObject[] {
    return [...this.workers.values()];
  }

  private takeWorker(change: string, worker: WorkerObject): void {
    const { name } = worker.metadata;
    if (isIdle(this.workers.get(name))) this.idle -= 1;
    if (change === 'DELETED') this.workers.delete(name);
    else this.workers.set(name, worker);
    if (change !== 'DELETED' && isIdle(worker)) this.idle += 1;
  }
}

function isIdle(worker: WorkerObject | undefined): boolean {
  return worker?.status?.registered === true && worker.status.state === 'IDLE';
}
