import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { ApiClient } from '../../../../src/cli/api/client';
import type { Connection } from '../../../../src/cli/api/connection';
import { CONFIRM_RUN, RESET_POOL } from '../../../../src/cli/api/documents';
import { triggerRun } from '../../../../src/cli/api/operations';
import { RefusedError } from '../../../../src/cli/api/refused';
import type { Assignment } from '../../../../src/protocol/messages';
import { parseToken } from '../../../../src/protocol/token';
import { makeKey } from '../../../control-plane/support/credentials';
import { mountCredentials } from '../../../launcher/support/credentials';
import { LoadAdmin } from '../../../support/load/admin';
import { LoadController, type LoadPool } from '../../../support/load/controller';
import type { Transport } from '../../../support/load/ledger';
import { sleep, until } from '../../../support/waiting';
import { Books } from './books';
import { CrowdPod, type Kind } from './crowd-pod';

/** Pools of the crowd, by how their controllers hear of runs. */
const POOLS: readonly Transport[] = ['poll', 'poll', 'mqtt'];
const WORKERS_OF_A_POOL = 4;
/** Stacks of each pool. One of each kind but the lasting one is asked for again and again. */
const KINDS: readonly Kind[] = ['plain', 'applied', 'confirmed', 'failing', 'lasting'];
/** Runs that are asked for and not over at the same time. */
const OPEN_AT_MOST = 18;
/** A person, or a program of theirs, gives a request up after so long, and makes it again. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 250;
const RESTS_WITHIN_SECONDS = 60;

/** What LoadController wants of Pods that it does not play itself. */
const UNUSED_LIFE = { lifeMs: 0, lines: 0, batch: 1 };

interface Member {
  readonly pool: LoadPool;
  readonly controller: LoadController;
}

export interface CrowdOptions {
  readonly connection: Connection;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Lines of each of the pieces of log that Pods write. @default 1 */
  readonly linesAtOnce?: number;
}

/** Controllers of pools with their workers, run Pods, and people who ask for runs: all that talks to a control plane. */
export class Crowd {
  readonly books = new Books();
  private readonly members: Member[] = [];
  private readonly closing = new AbortController();
  private letGoOn!: () => void;
  private readonly letGo = new Promise<void>((resolve) => (this.letGoOn = resolve));
  private admin!: LoadAdmin;
  private isResting = false;

  private constructor(private readonly options: CrowdOptions) {}

  static async open(options: CrowdOptions): Promise<Crowd> {
    const crowd = new Crowd(options);
    crowd.admin = new LoadAdmin(options.connection, crowd.folderOf('credentials'));
    try {
      await Promise.all(POOLS.map((transport, number) => crowd.addPool(number, transport)));
      return crowd;
    } catch (error) {
      await crowd.close();
      throw error;
    }
  }

  /** Asks for a run of every kind in every pool, again and again, until the signal aborts. */
  async keepAsking(signal: AbortSignal): Promise<void> {
    const stacks = this.members.flatMap((_, pool) => KINDS.filter(isShort).map((kind) => stackOf(pool, kind)));
    for (let next = 0; !this.isOver(signal); next += 1) {
      if (!this.isResting && this.books.openIntents.length < OPEN_AT_MOST) void this.ask(stacks[next % stacks.length]!);
      await sleep(PAUSE_MS / 2);
    }
  }

  /** Asks for no more, and waits until no run is open but those that last. */
  async rest(signal: AbortSignal): Promise<void> {
    this.isResting = true;
    const isQuiet = (): boolean => this.books.openIntents.every(({ stack }) => !isShort(this.kindOf(stack)));
    await until('only runs that last are open', RESTS_WITHIN_SECONDS, isQuiet, signal);
  }

  /** Asks for runs again. */
  goOn(): void {
    this.isResting = false;
  }

  /** Asks for runs that last until `releaseLasting`, one of each pool. */
  askForLasting(): void {
    for (const pool of this.members.keys()) void this.ask(stackOf(pool, 'lasting'));
  }

  /** Asks for one plain run of each pool. */
  askOnce(): void {
    for (const pool of this.members.keys()) void this.ask(stackOf(pool, 'plain'));
  }

  releaseLasting(): void {
    this.letGoOn();
  }

  /** Exchanges the credentials of every pool: those before count for nothing from then on. */
  async resetPools(): Promise<void> {
    for (const { pool, controller } of this.members) {
      const { csr, privateKeyPem } = await makeKey('EC');
      const { workerPoolReset } = await this.admin.client.query(RESET_POOL, { id: pool.token.poolId, csr });
      const { config } = workerPoolReset;
      const folder = join(this.folderOf('credentials'), pool.token.poolId);
      await mountCredentials(folder, config, Buffer.from(privateKeyPem).toString('base64'));
      await controller.useCredentials({ token: parseToken(config), privateKeyPem });
    }
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('the crowd goes home'));
    await Promise.all(this.members.map(({ controller }) => controller.close()));
    this.admin.close();
  }

  private async addPool(number: number, transport: Transport): Promise<void> {
    const pool = await this.admin.createPool(`pool-${number}`);
    const play = (assignment: Assignment, signal: AbortSignal): Promise<void> =>
      new CrowdPod(pool.access, assignment, this.surroundings, signal).live();
    const options = { transport, pool, workers: WORKERS_OF_A_POOL, life: UNUSED_LIFE, ledger: this.books, play };
    this.members[number] = { pool, controller: await LoadController.open(options) };
    for (const kind of KINDS) await this.admin.createStack(stackOf(number, kind), pool);
  }

  private readonly kindOf = (stack: string): Kind => stack.split('-')[0] as Kind;

  private get surroundings() {
    const { books, kindOf, letGo } = this;
    const { linesAtOnce = 1 } = this.options;
    const confirm = (runId: string): Promise<void> => this.confirm(runId);
    return { folder: this.folderOf('pods'), books, kindOf, letGo, linesAtOnce, confirm };
  }

  /** Asks as often as it takes until a run is known by its id; all of that means one run. */
  private async ask(stack: string): Promise<void> {
    const intent = this.books.intend(ulid(), stack);
    const autoDeploy = this.kindOf(stack) !== 'confirmed';
    const { id } = await this.insist((client) => triggerRun(client, stack, { autoDeploy, idempotencyKey: intent.key }));
    intent.id = id;
  }

  /** A person's yes; that it was taken although the answer was lost shows as a refusal. */
  private async confirm(id: string): Promise<void> {
    let failed = false;
    await this.insist(async (client) => {
      try {
        await client.query(CONFIRM_RUN, { id });
      } catch (error) {
        if (!(error instanceof RefusedError) || !failed) {
          failed = true;
          throw error;
        }
      }
    });
  }

  /** With another connection each time, and not for ever: whoever asks gives up and tries again. */
  private async insist<T>(work: (client: ApiClient) => Promise<T>): Promise<T> {
    for (;;) {
      const client = new ApiClient(this.options.connection, PATIENCE_MS);
      const late = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('no answer')), PATIENCE_MS).unref(),
      );
      try {
        return await Promise.race([work(client), late]);
      } catch (error) {
        if (this.closing.signal.aborted) return new Promise<never>(() => undefined);
        if (error instanceof RefusedError) this.books.refused(error);
        await sleep(PAUSE_MS);
      } finally {
        client.close();
      }
    }
  }

  private folderOf(name: string): string {
    const folder = join(this.options.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  private isOver(signal: AbortSignal): boolean {
    return signal.aborted || this.closing.signal.aborted;
  }
}

const isShort = (kind: Kind): boolean => kind !== 'lasting';

const stackOf = (pool: number, kind: Kind): string => `${kind}-${pool}`;
