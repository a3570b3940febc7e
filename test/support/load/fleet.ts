import { atOnce } from '../waiting';
import type { LoadAdmin } from './admin';
import { LoadController, type LoadPool } from './controller';
import type { Ledger, Transport } from './ledger';
import type { PodLife } from './pod';

/** Neighbours in the order of triggers are far apart among the pools. */
const STRIDE = 97;
/** Made or opened at once. */
const PARALLEL = 16;

/** Many pools of one control plane with a controller each, and stacks that are spread over them. */
export class Fleet {
  readonly pools: LoadPool[] = [];
  private readonly controllers: LoadController[] = [];
  private readonly stacks: string[] = [];
  private next = 0;

  constructor(
    private readonly admin: LoadAdmin,
    private readonly ledger: Ledger,
    private readonly life: PodLife,
  ) {}

  /** Makes pools with so many workers each, and opens their sessions. */
  async grow(pools: number, workers: number, transport: Transport): Promise<void> {
    const names = Array.from({ length: pools }, (_, index) => `load-${this.pools.length + index}`);
    await atOnce(PARALLEL, names, async (name) => {
      const pool = await this.admin.createPool(name);
      this.pools.push(pool);
      const { ledger, life } = this;
      this.controllers.push(await LoadController.open({ transport, pool, workers, life, ledger }));
    });
  }

  /** Spreads so many stacks evenly over the pools that there are now; those from before move. */
  async spreadStacks(count: number): Promise<void> {
    await atOnce(PARALLEL, Array.from({ length: count }).keys(), async (index) => {
      const name = `load-${index}`;
      const pool = this.pools[Math.floor((((index * STRIDE) % count) * this.pools.length) / count)]!;
      if (this.stacks[index] === undefined) await this.admin.createStack(name, pool);
      else await this.admin.moveStack(name, pool);
      this.stacks[index] = name;
    });
  }

  /** Queues a run of the next stack. */
  trigger(): Promise<void> {
    return this.admin.trigger(this.stacks[this.next++ % this.stacks.length]!, this.ledger);
  }

  async close(): Promise<void> {
    await Promise.all(this.controllers.map((controller) => controller.close()));
  }
}
