import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { until } from '../../support/until';
import { Receiver } from '../../control-plane/webhooks/support/receiver';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program } from '../support/program';

let cli: CommandLine;
let program: Program;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  cli = await CommandLine.open({ webhookNetworks: ['127.0.0.0/8'] });
  ({ program } = cli);
});

afterAll(async () => {
  await cli?.close();
  await receiver?.stop();
});

test('a webhook is made, tried, looked at, changed and deleted', async () => {
  const made = await program.run('webhook', 'create', 'chat', '--endpoint', receiver.url, '--run-state', 'failed');
  expect(made.stdout).toMatch(/^Webhook chat is \w{26}\.[^]*Its secret, which is not shown again: [\w-]{43}\n$/);
  expect((await program.run('webhook', 'test', 'chat')).stdout).toContain('is on its way');
  await until(() => receiver.received.length > 0, 'it is told');
  const [delivery] = await until(async () => {
    const { stdout } = await program.run('webhook', 'deliveries', 'chat', '--output', 'json');
    const all = JSON.parse(stdout) as { id: string; state: string; statusCode: number }[];
    return all[0]?.state === 'DELIVERED' ? all : undefined;
  }, 'it is noted');
  expect(delivery).toMatchObject({ statusCode: 200 });
  await program.run('webhook', 'redeliver', delivery!.id.toLowerCase());
  await until(() => receiver.received.length > 1, 'it is told again');
  await program.run('webhook', 'update', 'chat', '--any-run-state', '--disable', '--label', 'a');
  expect(json(await program.run('webhook', 'show', 'chat', '-o', 'json'))).toMatchObject({
    ...{ name: 'chat', endpoint: receiver.url, enabled: false, runStates: [], labels: ['a'] },
  });
  expect((await program.run('webhook', 'list')).stdout).toMatch(
    /^ID +NAME +ENDPOINT +STATUS\n\w+ +chat +\S+ +disabled\n$/,
  );
  expect(await program.run('webhook', 'test', 'chat')).toEqual(refused('webhook chat is disabled: enable it first'));
  expect(await program.run('webhook', 'delete', 'chat')).toEqual(done('Webhook chat is deleted.\n'));
});

test('a secret comes from a file, or goes into one that nobody else can read', async () => {
  cli.write({ given: 'of mine\n' });
  const own = await program.run(
    'webhook',
    'create',
    'own',
    '--endpoint',
    receiver.url,
    '--secret-file',
    cli.at('given'),
  );
  expect(own.stdout).not.toContain('of mine');
  const out = cli.at('made');
  const made = await program.run('webhook', 'create', 'made', '--endpoint', receiver.url, '--secret-out', out);
  expect(readFileSync(out, 'utf8')).toMatch(/^[\w-]{43}\n$/);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(made.stdout).not.toContain(readFileSync(out, 'utf8').trim());
  const again = ['webhook', 'create', 'again', '--endpoint', receiver.url, '--secret-out', out];
  expect(await program.run(...again)).toEqual(refused(`${out} already exists`));
});

test.each<[string, string[], string, number?]>([
  [
    'an address that is not public',
    ['create', 'x', '--endpoint', 'http://169.254.169.254/'],
    '169.254.169.254 is no public address',
  ],
  ['nothing to change', ['update', 'x'], 'nothing to change', 2],
  ['both', ['update', 'x', '--enable', '--disable'], 'give --enable or --disable, not both', 2],
  ['one that is not there', ['delete', 'nowhere'], 'webhook nowhere not found', 4],
])('%s is refused', async (_, words, sentence, exitCode = 1) => {
  expect(await program.run('webhook', ...words)).toEqual(refused(sentence, exitCode));
});
