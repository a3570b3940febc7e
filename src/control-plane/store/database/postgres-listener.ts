import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { DatabaseObserver } from './observer';

export const CHANNEL = 'worker_pools';

/** Held by every process that serves, shared; alone by one that restores a backup. */
export const SERVING_LOCK = 7_021_952_418;

const RECONNECT_MS = { first: 100, most: 5_000 };
/** How often the connection is tried, so that a network which swallows everything is noticed. */
const CHECK_EVERY_MS = 15_000;
const CHECK_TIMEOUT_MS = 10_000;

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

  private constructor(
    private readonly config: ClientConfig,
    private readonly observer: Pick<DatabaseObserver, 'listensAgain'>,
  ) {}

  static async open(config: ClientConfig, observer: PostgresListener['observer']): Promise<PostgresListener> {
    const listener = new PostgresListener({ ...config, query_timeout: CHECK_TIMEOUT_MS }, observer);
    await listener.connect();
    return listener;
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
