import { Registry } from 'prom-client';
import { EVENT_SOURCE } from '../../../src/api';
import { assemble } from '../../../src/controller/assemble';
import { createCaches } from '../../../src/controller/caches';
import { compileOptions } from '../../../src/controller/options';
import { EventRecorder, type Manager } from '../../../src/controller/runtime';
import { connectPoll, type Connect } from '../../../src/protocol/client';
import { NO_SPANS } from '../../../src/tracing/spans';
import type { SimulatedApiServer } from '../api-server';
import type { SimulatedNetwork } from './network';
import { SimulatedProcess } from './process';
import type { Scheduler } from './scheduler';
import type { Timeline } from './timeline';

export const CONTROLLER_NAMESPACE = 'worker-pools';

const OPTIONS = compileOptions({
  controllerNamespace: CONTROLLER_NAMESPACE,
  leaderElect: true,
  leaderElection: { leaseDurationMs: 30_000, renewDeadlineMs: 20_000, retryPeriodMs: 5_000 },
  runDisruptionBudget: true,
  version: '1.0.0',
});

export interface ControllerParts {
  readonly scheduler: Scheduler;
  readonly timeline: Timeline;
  readonly api: SimulatedApiServer;
  readonly network: SimulatedNetwork;
  readonly random: () => number;
}

/** One process of the controller, put together as the product's own is. */
export class ControllerReplica {
  readonly process: SimulatedProcess;
  private readonly manager: Manager;

  constructor(name: string, { scheduler, timeline, api, network, random }: ControllerParts) {
    const process = new SimulatedProcess(scheduler, name);
    this.process = process;
    const { clock, signal } = process;
    const client = api.client({ name, signal, clock });
    const logger = timeline.loggerOf(name);
    const prometheus = new Registry();
    const endpoint = network.addressFor(process);
    const poll: Connect = (options, events) => connectPoll({ ...options, endpoint, clock, random }, events);
    this.manager = assemble({
      options: OPTIONS,
      logger,
      prometheus,
      client,
      events: new EventRecorder({ client, component: EVENT_SOURCE, logger, clock, metrics: prometheus }),
      clock,
      spans: NO_SPANS,
      caches: createCaches(),
      identity: name,
      connect: { mqtt: poll, poll },
    });
  }

  /** Calls back when the process has ended by itself. */
  start(onEnd: (how: string) => void): void {
    const { process, manager } = this;
    const end = (how: string): void => {
      if (!process.isAlive) return;
      process.kill();
      onEnd(how);
    };
    manager.start().catch((error: unknown) => end(`failed: ${String(error)}`));
    void manager.ended.then(end);
  }

  get isLeading(): boolean {
    return this.process.isAlive && this.manager.isLeading;
  }

  /** SIGTERM: it gives the Lease back. */
  stop(): void {
    void this.manager.stop();
  }
}
