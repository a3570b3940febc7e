import type { Registry } from 'prom-client';
import { LABEL } from '../api';
import type { Connect } from '../protocol/client';
import type { Clock } from '../time';
import type { Spans } from '../tracing/spans';
import type { Caches } from './caches';
import { DisruptionController } from './disruption/controller';
import type { CompiledOptions } from './options';
import { WORKER_POOLS, WORKERS } from './resources';
import {
  Leadership,
  Manager,
  PODS,
  Reflector,
  type Cache,
  type EventRecorder,
  type KubeClient,
  type KubeObject,
  type Logger,
  type ResourceType,
} from './runtime';
import { WorkerController } from './worker/controller';
import { createWorkerMetrics } from './worker-metrics';
import { WorkerPoolController } from './worker-pool/controller';
import { Pools } from './worker-pool/pools';

/** What a controller is put together from: its options, and how it reaches what is outside of it. */
export interface Parts {
  readonly options: CompiledOptions;
  readonly logger: Logger;
  readonly prometheus: Registry;
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly spans: Spans;
  readonly caches: Caches;
  /** Who it is among the replicas. @default - host name and a random part */
  readonly identity?: string;
  /** How a pool's session is opened, by the transport. */
  readonly connect: { readonly mqtt: Connect; readonly poll: Connect };
}

/** The whole controller, not started. */ export function assemble(parts: Parts): Manager {
  const { options, logger, prometheus, client, events, clock, spans, caches } = parts;
  const pools = new Pools(caches, clock);
  const leadership = new Leadership();
  const common = {
    client: client.under(leadership),
    caches,
    pools,
    events,
    metrics: createWorkerMetrics(prometheus, () => pools.workersByPool()),
    prometheus,
    logger,
    clock,
  };
  const workerPools = new WorkerPoolController({
    ...common,
    concurrency: options.concurrency,
    connect: parts.connect,
    leadership,
    version: options.version,
    controllerNamespace: options.controllerNamespace,
  });
  const workers = new WorkerController({ ...common, spans, concurrency: options.workerConcurrency });
  const budgets = new DisruptionController({ ...common, namespaces: options.namespaces });
  return new Manager({
    clock,
    reflectors: [
      reflector(parts, WORKER_POOLS, caches.pools),
      reflector(parts, WORKERS, caches.workers),
      // Only run Pods carry the label: nobody else's Pods are read.
      reflector(parts, PODS, caches.pods, LABEL.workerPool),
    ],
    controllers: [workerPools, workers, ...(options.runDisruptionBudget ? [budgets] : [])],
    leadership,
    logger,
    ...(options.leaderElect && {
      election: {
        ...options.leaderElection,
        client,
        ...(parts.identity !== undefined && { identity: parts.identity }),
        namespace: options.controllerNamespace,
        name: options.leaseName,
        metrics: prometheus,
      },
    }),
  });
}

function reflector<T extends KubeObject>(
  { client, logger, prometheus, options, clock }: Parts,
  resource: ResourceType,
  cache: Cache<T>,
  labelSelector?: string,
): Reflector<T> {
  return new Reflector<T>({
    client,
    resource,
    cache,
    logger,
    clock,
    metrics: prometheus,
    ...(labelSelector !== undefined && { labelSelector }),
    ...(options.namespaces.length > 0 && { namespaces: options.namespaces }),
  });
}
