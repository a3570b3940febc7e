import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { apiAction } from '../api/command';
import { CREATE_WEBHOOK, UPDATE_WEBHOOK } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { readGiven } from '../api/given-file';
import { withExamples } from '../api/help';
import { collect } from '../options';
import { UsageError, UserError } from '../run-program';
import { findWebhook, type Webhook } from './find-webhook';

type RunState = Webhook['runStates'][number];

interface Flags extends OutputFlags {
  readonly endpoint?: string;
  readonly runState?: readonly string[];
  readonly stack?: readonly string[];
  readonly label?: readonly string[];
  readonly secretFile?: string;
}

interface CreateFlags extends Flags {
  readonly endpoint: string;
  readonly secret: boolean;
  readonly secretOut?: string;
  readonly retry: boolean;
  readonly disabled?: boolean;
}

interface UpdateFlags extends Flags {
  readonly name?: string;
  readonly anyRunState?: boolean;
  readonly anyStack?: boolean;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const withFilters = (command: Command): Command =>
  command
    .option(
      '--run-state <state>',
      'tell of runs in this state alone, such as FAILED, repeatable (default: all)',
      collect,
    )
    .option('--stack <stack>', 'tell of runs of this stack alone, by name or id, repeatable (default: all)', collect)
    .option('--label <label>', 'a label of the webhook, repeatable', collect);

export function createCommand(): Command {
  const command = withFilters(
    new Command('create')
      .argument('<name>', 'what the webhook is for')
      .description(
        'Create a webhook. Each change of a run is sent to its endpoint, signed with a secret that is made and shown once, unless a file has one.',
      )
      .requiredOption('--endpoint <url>', 'where to send to, by HTTPS as a rule'),
  )
    .option('--secret-file <file>', 'file with the secret to sign with (default: a new one)')
    .option('--secret-out <file>', 'new file for the secret that is made, readable by you alone')
    .option('--no-secret', 'do not sign')
    .option('--no-retry', 'give up what fails once')
    .option('--disabled', 'send nothing yet');
  withExamples(
    withOutput(command),
    'webhook create chat --endpoint https://chat.example.com/hooks/1 --run-state UNCONFIRMED --run-state FAILED',
    'webhook create audit --endpoint https://audit.example.com/runs --secret-out audit.secret --stack network',
  );
  return apiAction<CreateFlags>(command, async (client, flags, name = '') => {
    const { secret, isNew } = secretOf(flags);
    const { webhook } = await client.query(CREATE_WEBHOOK, {
      input: {
        ...{ name, secret, endpoint: flags.endpoint, enabled: !flags.disabled, retryOnFailure: flags.retry },
        ...{ runStates: statesOf(flags.runState), stacks: listOf(flags.stack), labels: listOf(flags.label) },
      },
    });
    const shown = isNew && flags.secretOut === undefined;
    const where = shown ? `\n\nIts secret, which is not shown again: ${secret}` : '';
    const text = `Webhook ${webhook.name} is ${webhook.id}. Try it with: worker-pools webhook test ${webhook.name}${where}`;
    output(flags, shown ? { ...webhook, secret } : webhook, webhook.id, text);
  });
}

/** What is signed with, which is stored before anything is made: one that is lost is of no use to anybody. */
function secretOf({ secret, secretFile, secretOut }: CreateFlags): {
  readonly secret: string;
  readonly isNew: boolean;
} {
  if (!secret) return { secret: '', isNew: false };
  if (secretFile !== undefined) return { secret: readGiven(secretFile, '--secret-file').trim(), isNew: false };
  const made = randomBytes(32).toString('base64url');
  if (secretOut !== undefined) {
    if (existsSync(secretOut)) throw new UserError(`${secretOut} already exists: choose another --secret-out`);
    writeFileSync(secretOut, `${made}\n`, { mode: 0o600, flag: 'wx' });
  }
  return { secret: made, isNew: true };
}

export function updateCommand(): Command {
  const command = withFilters(
    new Command('update')
      .argument('<webhook>', 'name or id of the webhook')
      .description(
        'Change a webhook; what is not given stays as it is. States, stacks and labels take the place of those that it has.',
      )
      .option('--name <name>', 'another name')
      .option('--endpoint <url>', 'another endpoint'),
  )
    .option('--secret-file <file>', 'file with another secret')
    .option('--any-run-state', 'tell of runs in all states')
    .option('--any-stack', 'tell of runs of all stacks')
    .option('--enable', 'send, and what waits at once')
    .option('--disable', 'send nothing; what happens meanwhile is not told');
  withExamples(
    withOutput(command),
    'webhook update chat --run-state FAILED',
    'webhook update chat --any-stack --enable',
  );
  return apiAction<UpdateFlags>(command, async (client, flags, given = '') => {
    if (flags.enable && flags.disable) throw new UsageError('give --enable or --disable, not both');
    const { output: _, ...change } = flags;
    if (Object.values(change).every((one) => one === undefined)) {
      throw new UsageError('nothing to change: say what, for example --endpoint URL (--help lists all)');
    }
    const before = await findWebhook(client, given);
    const { webhook } = await client.query(UPDATE_WEBHOOK, {
      id: before.id,
      input: {
        name: flags.name ?? before.name,
        endpoint: flags.endpoint ?? before.endpoint,
        enabled: flags.enable ?? (flags.disable ? false : before.enabled),
        space: before.space.id,
        labels: [...(flags.label ?? before.labels)],
        runStates: flags.anyRunState ? [] : (statesOf(flags.runState) ?? [...before.runStates]),
        stacks: flags.anyStack ? [] : [...(flags.stack ?? before.stacks)],
        retryOnFailure: before.retryOnFailure,
        ...(flags.secretFile === undefined ? {} : { secret: readGiven(flags.secretFile, '--secret-file').trim() }),
      },
    });
    output(flags, webhook, webhook.id, `Webhook ${webhook.name} is changed.`);
  });
}

const listOf = (values: readonly string[] | undefined): string[] | undefined => values && [...values];

/** The API knows which there are, and says so. */
const statesOf = (states: readonly string[] | undefined): RunState[] | undefined =>
  states?.map((state) => state.toUpperCase() as RunState);
