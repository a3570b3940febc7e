import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { ConfigurationError } from '../../errors';
import type { DatabaseObserver } from './observer';
import { TIMEOUTS } from './postgres-config';

export const CHANNEL = 'worker_pools';

/** Held by every process that serves, shared; alone by one that restores a backup. */
export const SERVING_LOCK = 7_021_952_418;

const RECONNECT_MS = { first: 100, most: 5_000 };
/** How often the connection is tried, so that a network which swallows everything is noticed. */
const CHECK_EVERY_MS = 15_000;
const CHECK_TIMEOUT_MS = 10_000;
/** A notification, at the start. */
const HEARD_WITHIN_MS = 10_000;

const SESSIONS_ARE_NOT_KEPT =
  'WORKER_POOLS_DATABASE_URL leads to a pooler that does not keep sessions, such as PgBouncer in transaction mode: notifications (LISTEN) and locks get lost there. Name PostgreSQL itself, or set pool_mode = session';

export interface Listener {
  readonly onTopic: (topic: string) => void;
  readonly onLost: () => void;
}

/** Hears notifications on a connection of its own, which it makes anew whenever it breaks. */
export class PostgresListener {
  readonly listeners: Listener[] = [];
  private client: Client | undefined;
  private closed = false;
  private readonly closing = new AbortController();
  /** A topic that nobody waits for. */
  private readonly hello = `hello ${randomUUID()}`;

  private constructor(
    private readonly config: ClientConfig,
    private readonly observer: Pick<DatabaseObserver, 'listensAgain'>,
  ) {}

  static async open(config: ClientConfig, observer: PostgresListener['observer']): Promise<PostgresListener> {
    const listener = new PostgresListener({ ...config, query_timeout: CHECK_TIMEOUT_MS }, observer);
    await listener.connect();
    try {
      await listener.hearsOthers();
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  /** @throws where sessions are not kept, so that notifications, and locks of sessions, get lost */
  private async hearsOthers(): Promise<void> {
    // As all others connect.
    const other = new Client({ ...this.config, ...TIMEOUTS });
    other.on('error', () => {});
    const heard = new Promise<boolean>((resolve) => {
      setTimeout(resolve, HEARD_WITHIN_MS, false).unref();
      this.client!.on('notification', ({ payload }) => payload === this.hello && resolve(true));
    });
    try {
      await other.connect();
      await other.query('SELECT pg_notify($1, $2)', [CHANNEL, this.hello]);
      if (!(await heard)) throw new ConfigurationError(SESSIONS_ARE_NOT_KEPT);
    } finally {
      await other.end().catch(() => {});
    }
  }

  private async connect(): Promise<void> {
    const client = new Client(this.config);
    client.on('notification', ({ payload }) => {
      for (const { onTopic } of this.listeners) onTopic(payload ?? '');
    });
    // 'end' follows.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`SELECT pg_advisory_lock_shared(${SERVING_LOCK})`);
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    const check = setInterval(() => void client.query('SELECT 1').catch(() => destroy(client)), CHECK_EVERY_MS).unref();
    client.once('end', () => {
      clearInterval(check);
      void this.reconnect();
    });
    this.client = client;
    // It came while somebody closed this.
    if (this.closed) await client.end();
  }

  private async reconnect(): Promise<void> {
    for (let wait = RECONNECT_MS.first; !this.closed; wait = Math.min(2 * wait, RECONNECT_MS.most)) {
      try {
        await this.connect();
        this.observer.listensAgain();
        for (const { onLost } of this.listeners) onLost();
        return;
      } catch {
        await sleep(wait * (0.5 + Math.random()), undefined, { ref: false, signal: this.closing.signal }).catch(
          () => {},
        );
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.closing.abort();
    await this.client?.end().catch(() => {});
  }
}

/** Ends a connection whose other end may be gone, without a word to it. */
function destroy(client: Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
