import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { DeliveryRecord, WebhookRecord } from '../store/records';
import { facts, table, type Html } from './html';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, moment, runLink, stackLink, stateText } from './words';

const DELIVERIES = 50;

/** All webhooks, by name. */
export async function webhooksView(admin: AdminService, { may }: Viewer): Promise<View> {
  const webhooks = await admin.webhooks.list();
  return {
    title: 'Webhooks',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="webhooks">Webhooks</h1>` },
      {
        content: may('webhook:write')
          ? html`<p class="actions"><a class="button primary" href="/webhooks/new">New webhook …</a></p>`
          : '',
      },
      {
        region: 'webhooks',
        content:
          webhooks.length === 0
            ? html`<p>There is no webhook yet: one tells another program of each change of a run.</p>`
            : table({
                labelledBy: 'webhooks',
                columns: ['Name', 'Endpoint', 'State', 'Hears of', 'Created'],
                rows: webhooks.map((webhook) => [
                  html`<a href="/webhooks/${webhook.id}">${webhook.name}</a>`,
                  html`<code>${webhook.endpoint}</code>`,
                  health(webhook),
                  hearsOf(webhook),
                  age(webhook.createdAt),
                ]),
              }),
      },
    ],
  };
}

function health({ enabled, failures, pausedUntil }: WebhookRecord): Html {
  if (!enabled) return html`<span class="state">disabled</span>`;
  if (failures === 0) return html`<span class="state good">enabled</span>`;
  const pause = pausedUntil === 0 ? '' : html`, nothing is sent before ${moment(pausedUntil)}`;
  return html`<span class="state bad">failing</span> ${failures} in a row${pause}`;
}

function hearsOf({ runStates, stackIds }: WebhookRecord): string {
  const states = runStates.length === 0 ? 'every state' : runStates.map(stateText).join(', ');
  return `${states}, of ${stackIds.length === 0 ? 'every stack' : `${stackIds.length} of the stacks`}`;
}

/** One webhook, and what it was told of late. */
export async function webhookView(admin: AdminService, id: string, { may }: Viewer): Promise<View | null> {
  const webhook = await admin.webhooks.find(id);
  if (!webhook) return null;
  const deliveries = await admin.webhooks.deliveries(webhook.id, DELIVERIES);
  const mayChange = may('webhook:write');
  return {
    title: `Webhook ${webhook.name}`,
    shows: ['*'],
    parts: [
      { content: html`<h1>Webhook ${webhook.name}</h1>` },
      { region: 'facts', content: await settings(admin, webhook) },
      { content: mayChange ? actions(webhook) : '' },
      { content: html`<h2 id="deliveries">Deliveries</h2>` },
      { region: 'deliveries', content: deliveryTable(webhook, deliveries, mayChange) },
    ],
  };
}

async function settings(admin: AdminService, webhook: WebhookRecord): Promise<Html> {
  const { endpoint, space, labels, runStates, stackIds, retryOnFailure, createdAt } = webhook;
  const stacks = await admin.stacksById(stackIds);
  return facts([
    ['Endpoint', html`<code>${endpoint}</code>`],
    ['State', health(webhook)],
    ['States of runs', runStates.length === 0 ? 'all' : runStates.map(stateText).join(', ')],
    ['Stacks', stackIds.length === 0 ? 'all' : html`${stacks.map(({ id, name }) => html`${stackLink(id, name)} `)}`],
    ['What failed', retryOnFailure ? 'is tried again' : 'is not tried again'],
    ['Space', space],
    ...(labels.length === 0 ? [] : [['Labels', labels.join(', ')] as const]),
    ['Created', moment(createdAt)],
  ]);
}

function actions({ id, enabled }: WebhookRecord): Html {
  const offered = [
    ['settings', 'Settings …'],
    ...(enabled ? [['test', 'Test …']] : []),
    ['delete', 'Delete …'],
  ] as const;
  return html`<p class="actions">
    ${offered.map(([path, words]) => html`<a class="button" id="${path}" href="/webhooks/${id}/${path}">${words}</a>`)}
  </p>`;
}

const WORDS = { WAITING: 'waits', DELIVERED: 'delivered', FAILED: 'given up' } as const;
const MOODS = { WAITING: 'waiting', DELIVERED: 'good', FAILED: 'bad' } as const;

function deliveryTable({ id }: WebhookRecord, all: readonly DeliveryRecord[], mayChange: boolean): Html {
  if (all.length === 0) return html`<p>Nothing was to be told yet.</p>`;
  return table({
    labelledBy: 'deliveries',
    columns: ['Delivery', 'Of', 'State', 'Answer', 'When', ...(mayChange ? ['Again'] : [])],
    rows: all.map((delivery) => [
      html`<code>${delivery.id}</code>`,
      delivery.runId === null ? 'a test' : html`run ${runLink(delivery.runId)}`,
      html`<span class="state ${MOODS[delivery.state]}">${WORDS[delivery.state]}</span>`,
      answerOf(delivery),
      age(delivery.createdAt),
      ...(mayChange ? [againLink(id, delivery)] : []),
    ]),
  });
}

function answerOf({ status, error, attempts, attemptedAt, durationMs }: DeliveryRecord): Html | string {
  if (attemptedAt === null) return 'none yet';
  const what = status === null ? (error ?? 'none') : `${status}${error ? `, ${error}` : ''}`;
  const took = durationMs === null ? '' : ` in ${durationMs} ms`;
  return `${what}${took}${attempts > 1 ? `, attempt ${attempts}` : ''}`;
}

function againLink(webhook: string, { id, state }: DeliveryRecord): Html | string {
  if (state === 'WAITING') return '';
  return html`<a
    class="button"
    id="again-${id}"
    href="/webhooks/${webhook}/deliveries/${id}/redeliver"
    aria-label="Deliver ${id} again"
    >Again …</a
  >`;
}
