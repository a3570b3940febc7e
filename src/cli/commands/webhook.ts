import { Command } from 'commander';
import { apiAction } from '../api/command';
import { DELETE_WEBHOOK, REDELIVER, TEST_WEBHOOK, WEBHOOK_DELIVERIES, WEBHOOKS } from '../api/documents';
import { commandGroup, withExamples } from '../api/help';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { print, table, when } from '../api/output';
import { showList, withWatch, type WatchFlags } from '../api/watch';
import { findWebhook, type Webhook } from './find-webhook';
import { createCommand, updateCommand } from './webhook-settings';

/** `worker-pools webhook`: whom changes of runs are told to. */
export function webhookCommand(): Command {
  return commandGroup(
    'webhook',
    'Tell other programs when runs change, by signed HTTP requests.',
    createCommand(),
    listCommand(),
    showCommand(),
    updateCommand(),
    deleteCommand(),
    testCommand(),
    deliveriesCommand(),
    redeliverCommand(),
  );
}

const ofWebhook = (name: string): Command => new Command(name).argument('<webhook>', 'name or id of the webhook');

function listCommand(): Command {
  const command = withWatch(withOutput(new Command('list').description('List the webhooks.')));
  return apiAction<WatchFlags>(withExamples(command, 'webhook list'), (client, flags) =>
    showList<Webhook>(client, flags, {
      head: ['ID', 'NAME', 'ENDPOINT', 'STATUS'],
      row: (webhook) => [webhook.id, webhook.name, webhook.endpoint, statusOf(webhook)],
      ask: async () => (await client.query(WEBHOOKS)).webhooks,
    }),
  );
}

function statusOf({ enabled, failures, pausedUntil }: Webhook): string {
  if (!enabled) return 'disabled';
  if (pausedUntil !== null) return `failing (${failures} in a row), tried again at ${when(pausedUntil)}`;
  return failures === 0 ? 'ok' : `failing (${failures} in a row)`;
}

function showCommand(): Command {
  const command = withOutput(ofWebhook('show').alias('get').description('Show a webhook; nobody is told its secret.'));
  return apiAction<OutputFlags>(withExamples(command, 'webhook show chat'), async (client, flags, given = '') => {
    const webhook = await findWebhook(client, given);
    const rows = [
      ['Name', webhook.name],
      ['Id', webhook.id],
      ['Endpoint', webhook.endpoint],
      ['Status', statusOf(webhook)],
      ['Run states', webhook.runStates.join(', ') || '(all)'],
      ['Stacks', webhook.stacks.join(', ') || '(all)'],
      ['Labels', webhook.labels.join(', ') || '(none)'],
      ['After failures', webhook.retryOnFailure ? 'tries again, for a day' : 'gives up'],
    ];
    output(flags, webhook, webhook.id, table(rows));
  });
}

function deleteCommand(): Command {
  const command = ofWebhook('delete').description(
    'Delete a webhook with its deliveries; what waits to be delivered is not.',
  );
  return apiAction(withExamples(command, 'webhook delete chat'), async (client, _, given = '') => {
    const { id, name } = await findWebhook(client, given);
    await client.query(DELETE_WEBHOOK, { id });
    print(`Webhook ${name} is deleted.`);
  });
}

function testCommand(): Command {
  const command = ofWebhook('test').description('Send what tells of no run (its state is TEST), to try a receiver.');
  return apiAction<OutputFlags>(
    withExamples(withOutput(command), 'webhook test chat'),
    async (client, flags, given = '') => {
      const { id, name } = await findWebhook(client, given);
      const { delivery } = await client.query(TEST_WEBHOOK, { id });
      const text = `Delivery ${delivery.id} is on its way; see how it went with: worker-pools webhook deliveries ${name}`;
      output(flags, delivery, delivery.id, text);
    },
  );
}

function deliveriesCommand(): Command {
  const command = ofWebhook('deliveries').description(
    'List the newest deliveries of a webhook, newest first, with the answer to the last attempt of each.',
  );
  return apiAction<OutputFlags>(
    withExamples(withOutput(command), 'webhook deliveries chat', 'webhook deliveries chat --output json'),
    async (client, flags, given = '') => {
      const { id } = await findWebhook(client, given);
      const deliveries = (await client.query(WEBHOOK_DELIVERIES, { id })).webhook?.deliveries ?? [];
      const rows = deliveries.map((one) => [
        ...[one.id, one.run ?? '(test)', one.state, String(one.attempts)],
        ...[String(one.statusCode ?? ''), one.attemptedAt === null ? '' : when(one.attemptedAt), one.error ?? ''],
      ]);
      const head = ['ID', 'RUN', 'STATE', 'ATTEMPTS', 'STATUS', 'LAST ATTEMPT', 'ERROR'];
      output(
        flags,
        deliveries,
        deliveries.map((one) => one.id),
        table([head, ...rows]),
      );
    },
  );
}

function redeliverCommand(): Command {
  const command = new Command('redeliver')
    .argument('<delivery>', 'id of the delivery')
    .description('Deliver once more what was delivered or given up, under the same id.');
  return apiAction(
    withExamples(command, 'webhook redeliver 01JZ0000000000000000000000'),
    async (client, _, id = '') => {
      const { delivery } = await client.query(REDELIVER, { id });
      print(`Delivery ${delivery.id} is on its way again.`);
    },
  );
}
