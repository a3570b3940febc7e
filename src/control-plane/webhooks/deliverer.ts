import { randomUUID } from 'node:crypto';
import { LIMIT } from '../limits';
import type { QueueContext } from '../queue/context';
import { WEBHOOKS_TOPIC } from '../queue/wakeups';
import type { DeliveryRecord, WebhookRecord } from '../store/records';
import type { AttemptResult } from '../store/webhooks';
import { afterAttempt, PAUSED_AFTER, standing } from './schedule';
import { send, type SendOptions } from './send';
import { signatures } from './sign';

/** How often one looks for what is due without having been told. */
const LOOK_MS = 5_000;
/** How long a process that delivers to a webhook may say nothing before another does. */
export const WEBHOOK_LEASE_MS = 60_000;
/** Deliveries to one webhook at once; those of one run go one after the other. */
const AT_ONCE = 4;
/** Ended deliveries of each webhook that are kept to be looked at. */
export const KEPT_DELIVERIES = 200;
const RETENTION_MS = 10 * 60_000;

type Webhook = WebhookRecord & { readonly secret: string };

export interface DelivererOptions extends SendOptions {
  /** Where people reach the control plane. */
  readonly publicUrl: () => string;
  readonly observer?: DeliveryObserver | undefined;
  /** In milliseconds. @default LOOK_MS */
  readonly lookEveryMs?: number | undefined;
}

export interface DeliveryObserver {
  /** An attempt ended. */
  attempted(result: 'delivered' | 'refused' | 'unreachable', milliseconds: number): void;
}

/**
 * Delivers what changes put down for webhooks: by one process at a time to each webhook, to several of them at once, so
 * that one that does not answer keeps no other waiting. At least once: a process that dies between the answer and the note
 * of it leaves the delivery to the next one, under the same id.
 */
export class Deliverer {
  private readonly holder = randomUUID();
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly stopped = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isNews = false;
  private retainedAt = performance.now();

  constructor(
    private readonly context: QueueContext,
    private readonly options: DelivererOptions,
  ) {}

  start(): void {
    this.context.wakeups.onNotify((topic) => {
      if (topic === WEBHOOKS_TOPIC) this.look();
    });
    this.timer = setInterval(() => this.look(), this.options.lookEveryMs ?? LOOK_MS).unref();
    this.look();
  }

  /** What is under way is given up; its delivery stays. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopped.abort();
    await this.looking;
    await Promise.all(this.lanes.values());
  }

  /** Looks for what is due, and again when it is told meanwhile that there is more. */
  private look(): void {
    this.isNews = true;
    if (this.looking || this.stopped.signal.aborted) return;
    this.looking = this.lookOnce().finally(() => {
      this.looking = undefined;
      if (this.isNews) this.look();
    });
  }

  private async lookOnce(): Promise<void> {
    this.isNews = false;
    const { store, logger } = this.context;
    try {
      for (const id of await store.read.webhooks.due(await store.now())) this.open(id);
      if (performance.now() - this.retainedAt >= RETENTION_MS) {
        this.retainedAt = performance.now();
        await this.retain();
      }
    } catch (error) {
      logger.error({ err: error }, 'what is due to webhooks could not be looked at; it is tried again');
    }
  }

  private open(webhookId: string): void {
    if (this.lanes.has(webhookId) || this.stopped.signal.aborted) return;
    const lane = this.drive(webhookId)
      .catch((error: unknown) =>
        this.context.logger.error(
          { err: error, webhook: webhookId },
          'a webhook could not be delivered to; it is tried again',
        ),
      )
      .finally(() => this.lanes.delete(webhookId));
    this.lanes.set(webhookId, lane);
  }

  /** Delivers to one webhook until nothing is due, nothing may be sent, or somebody else does. */
  private async drive(webhookId: string): Promise<void> {
    const { store } = this.context;
    let isOver = false;
    while (!isOver) {
      const now = await store.now();
      const lease = { holder: this.holder, now, until: now + WEBHOOK_LEASE_MS };
      const webhook = await store.transaction((tx) => tx.webhooks.take(webhookId, lease));
      // Paused by what was noted below, or somebody else's.
      if (!webhook) break;
      const most = webhook.failures >= PAUSED_AFTER ? 1 : AT_ONCE;
      const due = await store.read.webhooks.dueOf(webhookId, now, most);
      const results = await Promise.all(due.map((delivery) => this.attempt(webhook, delivery, now)));
      isOver = this.stopped.signal.aborted || due.length === 0;
      if (!isOver) await this.note(webhook, results);
    }
    await store.transaction((tx) => tx.webhooks.release(webhookId, this.holder));
    // What was put down between the last look and the release, nobody else was free to see.
    if (isOver) setImmediate(() => this.look());
  }

  private async attempt(webhook: Webhook, delivery: DeliveryRecord, now: number): Promise<AttemptResult> {
    const began = performance.now();
    const body = this.bodyOf(delivery);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'worker-pools-webhooks',
      'X-Delivery-Id': delivery.id,
      ...signatures(webhook.secret, body),
    };
    const sent = await send(
      { endpoint: webhook.endpoint, body, headers },
      { ...this.options, signal: this.stopped.signal },
    );
    const durationMs = Math.round(performance.now() - began);
    if (!this.stopped.signal.aborted) {
      const result = sent.error === null ? 'delivered' : sent.status === null ? 'unreachable' : 'refused';
      this.options.observer?.attempted(result, durationMs);
    }
    return afterAttempt(delivery, webhook, { ...sent, attemptedAt: now, durationMs });
  }

  private bodyOf({ payload }: DeliveryRecord): string {
    const url = this.options.publicUrl();
    const { run, ...rest } = JSON.parse(payload) as { readonly run?: { readonly id: string } };
    const account = URL.canParse(url) ? new URL(url).host : url;
    return JSON.stringify({ account, ...rest, ...(run && { run: { ...run, url: `${url}/runs/${run.id}` } }) });
  }

  private async note(webhook: Webhook, results: readonly AttemptResult[]): Promise<void> {
    const { store, logger } = this.context;
    const now = await store.now();
    const next = standing(
      webhook,
      results.some(({ error }) => error === null),
      now,
    );
    if (next.failures === PAUSED_AFTER) {
      logger.warn(
        { webhook: webhook.id, error: results[0]?.error },
        'a webhook does not take what it is sent: it is tried seldom',
      );
    }
    await store.transaction(async (tx) => {
      for (const result of results) await tx.webhooks.attempted(result);
      if (next.failures !== webhook.failures)
        await tx.webhooks.setFailures(webhook.id, next.failures, next.pausedUntil);
    });
  }

  private async retain(): Promise<void> {
    const { store } = this.context;
    const now = await store.now();
    await store.transaction(async (tx) => {
      await tx.webhooks.giveUp(now, LIMIT.waitingDeliveries, (why) => GIVEN_UP[why]);
      await tx.webhooks.deleteEnded(KEPT_DELIVERIES);
    });
  }
}

const GIVEN_UP = {
  late: 'it waited for too long: the webhook was disabled or did not answer',
  many: `more than ${LIMIT.waitingDeliveries.toLocaleString('en')} waited`,
};
