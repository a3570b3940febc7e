import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import { webhookVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import { TRANSITIONS } from '../../queue/transitions';
import type { RunState, WebhookRecord } from '../../store/records';
import { stateText } from '../words';
import type { Field } from './field';
import type { Form, Ids } from './form';
import { question } from './question';
import type { Values } from './values';

const STATES = Object.keys(TRANSITIONS) as RunState[];

async function requireWebhook(admin: AdminService, { id = '' }: Ids): Promise<WebhookRecord> {
  const webhook = await admin.webhooks.find(id);
  if (!webhook) throw new RequestError('not-found', `there is no webhook ${id}; it may have been deleted`);
  return webhook;
}

/** @param secret its field; @param stacks names of those that it hears of */
function settingsFields(secret: Field, stacks: readonly string[], webhook?: WebhookRecord): Field[] {
  const yes = (isSo: boolean) => (isSo ? 'yes' : '');
  return [
    { name: 'name', label: 'Name', value: webhook?.name ?? '', isRequired: true },
    {
      name: 'endpoint',
      label: 'Endpoint',
      value: webhook?.endpoint ?? '',
      hint: 'The URL that is told, such as https://chat.example.com/hooks/1.',
      isRequired: true,
    },
    secret,
    { name: 'enabled', label: 'Enabled', kind: 'check', value: yes(webhook?.enabled ?? true) },
    {
      name: 'runStates',
      label: 'States of runs that it hears of',
      kind: 'checks',
      value: webhook?.runStates.join('\n') ?? '',
      options: STATES.map((state) => [state, stateText(state)] as const),
      hint: 'None: of every state.',
    },
    {
      name: 'stacks',
      label: 'Stacks that it hears of, by name or id, one a line',
      kind: 'lines',
      value: stacks.join('\n'),
      hint: 'Empty: of every stack.',
    },
    {
      name: 'retryOnFailure',
      label: 'Try again what failed',
      kind: 'check',
      value: yes(webhook?.retryOnFailure ?? true),
    },
  ];
}

const moreOf = (webhook?: WebhookRecord) => ({
  title: 'Labels and space',
  fields: [
    { name: 'labels', label: 'Labels, one a line', kind: 'lines' as const, value: webhook?.labels.join('\n') ?? '' },
    { name: 'space', label: 'Space', value: webhook?.space ?? 'legacy', hint: 'Letters, digits, dash and underscore.' },
  ],
});

function settingsOf(values: Values) {
  const states = values.lines('runStates');
  return {
    name: values.line('name'),
    endpoint: values.line('endpoint'),
    enabled: values.isChecked('enabled'),
    runStates: STATES.filter((state) => states.includes(state)),
    stacks: values.lines('stacks'),
    retryOnFailure: values.isChecked('retryOnFailure'),
    labels: values.lines('labels'),
    space: values.optional('space') ?? null,
  };
}

const NEW_SECRET: Field = {
  name: 'secret',
  label: 'Secret',
  kind: 'secret',
  hint: 'What is sent is signed with it. Empty: one is made, and shown once.',
};

const ANOTHER_SECRET: Field = {
  name: 'secret',
  label: 'Another secret',
  kind: 'secret',
  hint: 'Empty: the one that it has stays.',
};

const create: Form = {
  path: '/webhooks/new',
  action: 'webhook.create',
  right: 'webhook:write',
  ask: (admin) => {
    const { id, secret } = admin.webhooks.propose();
    return Promise.resolve({
      title: 'New webhook',
      fields: [
        // Both go along, so that the form sent twice makes one webhook and shows its secret all the same.
        { name: 'id', label: '', kind: 'hidden' as const, value: id },
        { name: 'proposed', label: '', kind: 'hidden' as const, value: secret },
        ...settingsFields(NEW_SECRET, []),
      ],
      more: moreOf(),
      button: 'Create the webhook',
      back: '/webhooks',
    });
  },
  perform: async (admin, _, values) => {
    const own = values.optional('secret');
    const secret = own ?? values.line('proposed');
    const { id, name } = await admin.webhooks.create({ ...settingsOf(values), id: values.line('id'), secret });
    if (own !== undefined) return { goTo: `/webhooks/${id}` };
    return {
      title: `Webhook ${name}`,
      content: html`<h1>Webhook ${name}</h1>
        <p class="card notice">Its secret is shown this once: nobody can look it up afterwards.</p>
        <div class="card">
          <dl>
            <div>
              <dt>Secret</dt>
              <dd><code id="secret">${secret}</code> <span data-copy="secret" data-what="the secret"></span></dd>
            </div>
          </dl>
        </div>
        <p><a href="/webhooks/${id}">To the webhook</a></p>`,
    };
  },
};

const change: Form = {
  path: '/webhooks/:id/settings',
  action: 'webhook.update',
  right: 'webhook:write',
  ask: async (admin, ids) => {
    const webhook = await requireWebhook(admin, ids);
    const stacks = await admin.stacksById(webhook.stackIds);
    return {
      title: `Settings of webhook ${webhook.name}`,
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: webhookVersion(webhook), isFresh: true },
        ...settingsFields(
          ANOTHER_SECRET,
          stacks.map(({ name }) => name),
          webhook,
        ),
      ],
      more: moreOf(webhook),
      button: 'Save',
      back: `/webhooks/${webhook.id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const secret = values.optional('secret');
    const change = { ...settingsOf(values), ...(secret === undefined ? {} : { secret }), seen: values.text('seen') };
    await admin.webhooks.update(id, change);
    return { goTo: `/webhooks/${id}` };
  },
};

const webhook = {
  right: 'webhook:write',
  of: async (admin: AdminService, ids: Ids) => `webhook ${(await requireWebhook(admin, ids)).name}`,
  back: ({ id }: Ids) => `/webhooks/${id}`,
} as const;

export const WEBHOOK_FORMS: readonly Form[] = [
  create,
  change,
  question({
    ...webhook,
    path: '/webhooks/:id/test',
    action: 'webhook.test',
    title: (of) => `Test ${of}?`,
    sentence: 'It is sent what tells of no run, and the page shows the answer.',
    button: 'Send',
    perform: (admin, { id = '' }) => admin.webhooks.test(id),
  }),
  question({
    ...webhook,
    path: '/webhooks/:id/deliveries/:delivery/redeliver',
    action: 'webhook.redeliver',
    of: async (admin, ids) => `delivery ${ids.delivery ?? ''} to ${await webhook.of(admin, ids)}`,
    title: (of) => `Send ${of} again?`,
    sentence: 'It has the same id as before, by which a receiver knows what it has seen.',
    button: 'Send',
    perform: (admin, { delivery = '' }) => admin.webhooks.redeliver(delivery),
  }),
  question({
    ...webhook,
    path: '/webhooks/:id/delete',
    action: 'webhook.delete',
    title: (of) => `Delete ${of}?`,
    sentence: 'With what waits to be delivered to it. It cannot be taken back.',
    button: 'Delete',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.webhooks.delete(id),
    then: () => '/webhooks',
  }),
];
