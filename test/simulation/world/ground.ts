import type { Row } from '../../../src/control-plane/store/database/sqlite-executor';
import type { ControlPlaneReplica } from './control-plane';
import type { ControllerReplica } from './controller';
import type { DeedObserver } from './observers';
import type { SimulatedProcess } from './process';
import type { World } from './world';

interface Living {
  readonly process: SimulatedProcess;
}

/** What deeds are done with. */
export class Ground {
  constructor(
    readonly world: World,
    readonly observer: DeedObserver,
  ) {}

  get controllers(): ControllerReplica[] {
    return alive(this.world.controllers);
  }

  get replicas(): ControlPlaneReplica[] {
    return alive(this.world.replicas);
  }

  rows(sql: string): Row[] {
    return this.world.template.database.query(sql);
  }

  /** Something of the Pod is broken: what becomes of its run is nobody else's fault. */
  hurt(podName: string, why: string): void {
    this.observer.hurt(podName.slice(0, 26).toUpperCase(), why);
  }

  pause(process: SimulatedProcess | undefined, forMs: number): void {
    process?.pause();
    this.world.scheduler.after(forMs, () => process?.resume());
  }

  kill(replica: ControlPlaneReplica, downMs: number): void {
    replica.process.kill();
    this.restartLater(replica, downMs);
  }

  restartLater(replica: ControlPlaneReplica, downMs: number): void {
    const { world } = this;
    const index = world.replicas.indexOf(replica);
    if (index < 0) return;
    world.replicas[index] = undefined;
    world.network.servers = this.replicas;
    world.scheduler.after(downMs, () => world.replicas[index] ?? world.startControlPlane(index));
  }
}

export const alive = <T extends Living>(all: readonly (T | undefined)[]): T[] =>
  all.filter((one): one is T => one?.process.isAlive === true);

export const pick = <T>(choices: readonly T[], which: number): T | undefined =>
  choices.length > 0 ? choices[which % choices.length] : undefined;
