import { randomBytes } from 'node:crypto';
import { audited, auditedTransaction, differences, fieldsOf } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { LIMIT } from '../limits';
import {
  checkLabel,
  checkNewId,
  checkSpace,
  checkWebhookName,
  checkWebhookSecret,
  DEFAULT_SPACE,
  idOf,
} from '../names';
import type { PersonContext } from '../queue/context';
import { WEBHOOKS_TOPIC } from '../queue/wakeups';
import type { Tables } from '../store';
import type { DeliveryRecord, RunState, StackRecord, WebhookRecord } from '../store/records';
import type { WebhookSettings } from '../store/webhooks';
import type { Destinations } from '../webhooks';
import type { Repeatable } from './input';
import { refuseTwice } from './names-once';
import { refuseOutdated, webhookVersion } from './versions';

export interface WebhookInput {
  readonly name: string;
  readonly endpoint: string;
  readonly enabled: boolean;
  /** @default DEFAULT_SPACE */
  readonly space?: string | null | undefined;
  readonly labels?: readonly string[] | null | undefined;
  /** What deliveries are signed with; '' signs none. @default none for a new one; else it stays */
  readonly secret?: string | null | undefined;
  /** @default true */
  readonly retryOnFailure?: boolean | null | undefined;
  /** States of runs to hear of. @default all */
  readonly runStates?: readonly RunState[] | null | undefined;
  /** Stacks to hear of, by name or id. @default all */
  readonly stacks?: readonly string[] | null | undefined;
}

export interface WebhookChange extends WebhookInput {
  /** `webhookVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

/** What admins may do with webhooks. */
export class WebhookAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly destinations: Destinations,
    private readonly stackOf: (nameOrId: string, field?: string) => Promise<StackRecord>,
  ) {}

  list(): Promise<WebhookRecord[]> {
    return this.tables.webhooks.list();
  }

  async find(id: string): Promise<WebhookRecord | null> {
    return (await this.tables.webhooks.find(idOf(id))) ?? null;
  }

  /** Nothing yet: `create` makes a webhook of it. */
  propose(): { readonly id: string; readonly secret: string } {
    return { id: this.context.newId(), secret: randomBytes(32).toString('base64url') };
  }

  async create(input: WebhookInput & Repeatable): Promise<WebhookRecord> {
    const settings = await this.usable(input);
    const id = input.id === undefined ? this.context.newId() : checkNewId(input.id);
    const before = await this.find(id);
    if (before) return sameWebhook(before, settings);
    const webhook = { ...settings, id, createdAt: settings.updatedAt };
    await refuseTwice('a webhook', settings.name, () =>
      auditedTransaction(this.context, 'webhook.create', async (tx) => {
        if ((await tx.webhooks.count()) >= LIMIT.webhooks) {
          throw new RequestError(
            'malformed',
            `there are ${LIMIT.webhooks} webhooks, and no more can be: delete some first`,
          );
        }
        await tx.webhooks.insert(webhook, checkWebhookSecret(input.secret ?? ''));
        return audited(undefined, { object: webhook, changes: fieldsOf(auditable(webhook)) });
      }),
    );
    return this.require(webhook.id);
  }

  /** All that is left out is as in a new one, but for the secret, which stays. */
  async update(id: string, input: WebhookChange): Promise<WebhookRecord> {
    const settings = await this.usable(input);
    const secret = typeof input.secret === 'string' ? checkWebhookSecret(input.secret) : undefined;
    await refuseTwice('a webhook', settings.name, () =>
      auditedTransaction(this.context, 'webhook.update', async (tx) => {
        const before = await locked(tx, id);
        refuseOutdated(webhookVersion(before), input.seen, `webhook ${before.name}`);
        await tx.webhooks.update(before.id, settings, secret);
        await tx.notify([WEBHOOKS_TOPIC]);
        const is = auditable(settings);
        const changes = {
          ...differences(auditable(before), is, Object.keys(is) as (keyof typeof is)[]),
          ...(secret === undefined ? {} : fieldsOf({ secret: 'another one' })),
        };
        return audited(undefined, { object: { id: before.id, name: settings.name }, changes });
      }),
    );
    return this.require(id);
  }

  /** With what waits to be delivered to it. */
  delete(id: string): Promise<WebhookRecord> {
    return auditedTransaction(this.context, 'webhook.delete', async (tx) => {
      const webhook = await locked(tx, id);
      await tx.webhooks.delete(webhook.id);
      return audited(webhook, { object: webhook });
    });
  }

  /** Newest first. */
  deliveries(webhookId: string, limit: number): Promise<DeliveryRecord[]> {
    return this.tables.webhooks.deliveries(webhookId, limit);
  }

  /** Puts down a delivery that tells of no run. */
  async test(id: string): Promise<DeliveryRecord> {
    const { newId, now } = this.context;
    const deliveryId = newId();
    await auditedTransaction(this.context, 'webhook.test', async (tx) => {
      const webhook = await locked(tx, id);
      requireEnabled(webhook);
      const createdAt = now();
      const payload = JSON.stringify({ state: 'TEST', stateVersion: 0, timestamp: Math.floor(createdAt / 1000) });
      const delivery = { id: deliveryId, webhookId: webhook.id, runId: null, stateVersion: 0, payload, createdAt };
      await tx.webhooks.addDeliveries([delivery]);
      await tx.notify([WEBHOOKS_TOPIC]);
      return audited(undefined, { object: webhook });
    });
    return this.requireDelivery(deliveryId);
  }

  /** Delivers once more what was delivered or given up, under the same id. */
  async redeliver(deliveryId: string): Promise<DeliveryRecord> {
    const delivery = await this.requireDelivery(deliveryId);
    await auditedTransaction(this.context, 'webhook.redeliver', async (tx) => {
      const webhook = await locked(tx, delivery.webhookId);
      requireEnabled(webhook);
      await tx.webhooks.deliverAgain(delivery.id, this.context.now());
      await tx.notify([WEBHOOKS_TOPIC]);
      return audited(undefined, { object: webhook, changes: fieldsOf({ delivery: delivery.id }) });
    });
    return this.requireDelivery(deliveryId);
  }

  private async usable(input: WebhookInput): Promise<WebhookSettings> {
    const refusal = this.destinations.refusalOf(input.endpoint);
    if (refusal !== undefined) {
      throw malformed('endpoint', `endpoint ${JSON.stringify(input.endpoint.slice(0, 200))} is refused: ${refusal}`);
    }
    const labels = [...new Set(input.labels ?? [])].map(checkLabel);
    const stacks = await Promise.all((input.stacks ?? []).map((nameOrId) => this.stackOf(nameOrId, 'stacks')));
    return {
      name: checkWebhookName(input.name.trim()),
      endpoint: input.endpoint,
      enabled: input.enabled,
      space: checkSpace(input.space ?? DEFAULT_SPACE),
      labels,
      runStates: [...new Set(input.runStates ?? [])],
      stackIds: [...new Set(stacks.map(({ id }) => id))],
      retryOnFailure: input.retryOnFailure ?? true,
      updatedAt: this.context.now(),
    };
  }

  private async require(id: string): Promise<WebhookRecord> {
    return (await this.find(id)) ?? notFound(id);
  }

  private async requireDelivery(id: string): Promise<DeliveryRecord> {
    const delivery = await this.tables.webhooks.delivery(idOf(id));
    if (!delivery) throw new RequestError('not-found', `delivery ${id} not found: the newest of each webhook are kept`);
    return delivery;
  }

  private get tables(): Tables {
    return this.context.store.read;
  }
}

/** Without the path of the endpoint, by which some receivers know who may send to them. */
function auditable(settings: WebhookSettings) {
  const { name, endpoint, enabled, space, labels, runStates, stackIds, retryOnFailure } = settings;
  const said = { name, enabled, space, labels: [...labels], runStates: [...runStates], stacks: [...stackIds] };
  return { ...said, endpoint: new URL(endpoint).origin, retryOnFailure };
}

/** One that the same request has made already. @throws RequestError `conflict` where that was another one */
function sameWebhook(before: WebhookRecord, settings: WebhookSettings): WebhookRecord {
  if (webhookVersion(before) === webhookVersion(settings)) return before;
  throw new RequestError('conflict', `this was used for webhook ${before.name}: begin again for another one`);
}

function requireEnabled({ name, enabled }: WebhookRecord): void {
  if (!enabled) throw new RequestError('malformed', `webhook ${name} is disabled: enable it first`);
}

async function locked({ webhooks }: Tables, id: string): Promise<WebhookRecord> {
  return (await webhooks.lock(idOf(id))) ?? notFound(id);
}

function notFound(id: string): never {
  throw new RequestError('not-found', `webhook ${id} not found`);
}
