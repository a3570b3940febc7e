import { RequestError } from '../../../src/control-plane/errors';
import { KubeError } from '../../../src/controller/runtime';
import { WORKER_POOLS } from '../../../src/controller/resources';
import type { Deed } from '../schedule';
import { BREAKAGE } from './breakage';
import { Ground } from './ground';
import type { DeedObserver } from './observers';
import { PEOPLE } from './people';
import { POOL_NAME } from './template';
import { NAMESPACE, type World } from './world';

const ALL: { readonly [Name in Deed['do']]: (ground: Ground, deed: never) => unknown } = { ...PEOPLE, ...BREAKAGE };

/** What is done to a world. */
export class Deeds {
  private readonly ground: Ground;

  constructor(
    private readonly world: World,
    observer: DeedObserver,
  ) {
    this.ground = new Ground(world, observer);
  }

  async perform(deed: Deed): Promise<void> {
    const { timeline } = this.world;
    timeline.note('-', () => `* ${describe(deed)}`);
    try {
      await ALL[deed.do](this.ground, deed as never);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      timeline.note('-', `  refused: ${error.message}`);
    }
  }

  /** Gives every worker runs again; who is not heard, because no control plane is there, has to try again. */
  undrainAll(): void {
    const drained = this.ground.rows('SELECT id FROM workers WHERE drained = 1 AND removedAt IS NULL');
    drained.forEach((_worker, which) => void this.perform({ do: 'undrain', which }));
  }

  /** Nothing is wrong any more: nodes are back, clocks are right, and people want as many Workers as at first. */
  healAll(): void {
    const { world, ground } = this;
    const { user } = world.api;
    world.weather.clear();
    world.template.database.fateOf = () => 'durable';
    world.blobs.isFull = false;
    for (const { process } of [...ground.controllers, ...ground.replicas]) {
      process.setWallClock(0);
      process.resume();
    }
    world.databaseServer.setWallClock(0);
    for (const node of world.nodes) {
      node.machine.setWallClock(0);
      node.isCordoned = false;
      if (!node.isReady) node.comeBack();
    }
    if (user.get(WORKER_POOLS, NAMESPACE, POOL_NAME))
      user.scale(WORKER_POOLS, NAMESPACE, POOL_NAME, world.schedule.shape.poolSize);
  }
}

/** People are refused at times, as they should be. */
function isRefusal(error: unknown): error is Error {
  const isDiskFull = (error as { errcode?: number }).errcode === 13;
  return error instanceof RequestError || error instanceof KubeError || isDiskFull;
}

function describe({ do: what, ...rest }: Deed): string {
  const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return [what, ...Object.entries(rest).map(([name, value]) => `${name}=${inWords(value)}`)].join(' ');
}
