import { AdminService, type AdminParts } from '../../../src/control-plane/admin/admin-service';
import type { Blobs } from '../../../src/control-plane/blobs';
import type { PoolIssuer } from '../../../src/control-plane/identity/pool-issuer';
import { queueContext } from '../../../src/control-plane/queue';
import type { QueueContext } from '../../../src/control-plane/queue/context';
import { Sweeper } from '../../../src/control-plane/queue/sweeper';
import { storeOn } from '../../../src/control-plane/store';
import type { SimulatedDatabase } from './database';
import type { Server, ServedRequest } from './network';
import type { Acknowledged } from './observers';
import { SimulatedProcess } from './process';
import { Routes } from './routes';
import type { Scheduler } from './scheduler';
import { SETTINGS, type Template } from './template';
import type { Timeline } from './timeline';

export interface ControlPlaneParts {
  readonly template: Template;
  readonly scheduler: Scheduler;
  readonly timeline: Timeline;
  /** The clock of the database, where that is no file of the process. @default the process's own */
  readonly databaseNow?: () => number;
  readonly sweepEveryMs: number;
  readonly blobs: Blobs;
  readonly issuer: PoolIssuer;
  readonly onLogs: (entries: readonly Acknowledged[]) => void;
}

/** One process of the control plane, on the database of all: its queue, its sweeper, its routes. */
export class ControlPlaneReplica implements Server {
  readonly process: SimulatedProcess;
  readonly context: QueueContext;
  readonly admin: AdminService;
  private readonly routes: Routes;

  constructor(name: string, { template, scheduler, timeline, ...parts }: ControlPlaneParts) {
    const process = new SimulatedProcess(scheduler, name);
    this.process = process;
    const now = () => process.clock.now();
    const database: SimulatedDatabase = template.database;
    const store = storeOn(database.open(process, parts.databaseNow ?? now), template.vault);
    this.context = queueContext(store, SETTINGS, timeline.loggerOf(name), process.clock);
    this.admin = new AdminService(this.context, { blobs: parts.blobs, issuer: parts.issuer } as AdminParts);
    this.routes = new Routes(this.context, parts.blobs, parts.onLogs);
    new Sweeper(this.context, parts.sweepEveryMs);
  }

  answer(request: ServedRequest): Promise<{ readonly status: number; readonly body: unknown }> {
    return this.routes.answer(request);
  }

  /** What another process has committed, or this one. */
  hear(topics: readonly string[]): void {
    for (const topic of topics) this.context.wakeups.notify(topic);
  }

  /** The connection over which it hears of that was lost for a while. */
  mayHaveMissed(): void {
    this.context.wakeups.notifyAll();
  }
}
