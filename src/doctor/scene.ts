import { LABEL, type Worker, type WorkerPool } from '../api';
import { WORKER_POOLS, WORKERS } from '../controller/resources';
import type { RunPod } from '../controller/run';
import { PODS } from '../controller/runtime';
import { controllersOf, type Controller } from './controllers';
import type { Clocks, Cluster } from './cluster';
import type { KnownWorkers } from './known-workers';
import type { ClusterView, Seen } from './view';

/** Where somebody looks. */
export interface Scope {
  /** @default - every namespace */
  readonly namespace?: string;
  /** Name of a WorkerPool. @default - every pool */
  readonly pool?: string;
  /** Where the controller is. @default - it is looked for everywhere */
  readonly operatorNamespace?: string;
}

/** What several subjects look at. */
export interface Scene {
  /** By the API server's clock, which wrote the times of the objects. */
  readonly now: number;
  readonly clocks: Clocks;
  readonly scope: Scope;
  readonly pools: readonly WorkerPool[];
  readonly workers: Seen<readonly Worker[]>;
  readonly runPods: Seen<readonly RunPod[]>;
  readonly controllers: Seen<readonly Controller[]>;
  /** Of the program that looks. */
  readonly version: string;
  /** The workers that a control plane has of a pool, where somebody is logged in at one. */
  readonly knownWorkers: KnownWorkers | undefined;
}

export interface SceneOptions {
  readonly cluster: Pick<Cluster, 'namespace' | 'clocks'>;
  readonly version: string;
  readonly knownWorkers?: KnownWorkers;
}

/** Reads what there is. Where the whole cluster may not be listed, the namespace of the context is looked at alone. */
export async function gatherScene(view: ClusterView, wanted: Scope, options: SceneOptions): Promise<Scene> {
  const { cluster, version, knownWorkers } = options;
  const clocks = await cluster.clocks();
  let scope = wanted;
  let pools = await view.list<WorkerPool>(WORKER_POOLS, scope.namespace);
  if (pools === 'unseen' && scope.namespace === undefined) {
    scope = { ...wanted, namespace: cluster.namespace };
    pools = await view.list<WorkerPool>(WORKER_POOLS, scope.namespace);
  }
  const [workers, runPods, controllers] = await Promise.all([
    view.list<Worker>(WORKERS, scope.namespace),
    view.list<RunPod>(PODS, scope.namespace, LABEL.workerPool),
    controllersOf(view, scope.operatorNamespace ?? (scope === wanted ? undefined : scope.namespace)),
  ]);
  return {
    now: clocks.apiServer ?? clocks.here,
    clocks,
    scope,
    pools: (pools === 'unseen' ? [] : pools).filter(({ metadata }) => [undefined, metadata.name].includes(scope.pool)),
    workers,
    runPods,
    controllers,
    version,
    knownWorkers,
  };
}

/** As findings name a pool. */
export const poolName = ({ metadata: { namespace, name } }: WorkerPool): string => `WorkerPool ${namespace}/${name}`;
