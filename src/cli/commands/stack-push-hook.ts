import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CREATE_PUSH_HOOK, DELETE_PUSH_HOOK, PUSH_HOOK, ROTATE_PUSH_HOOK, UPDATE_PUSH_HOOK } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { print, table, when } from '../api/output';
import { notFound } from '../api/refused';
import { showWhole, withWatch, type WatchFlags } from '../api/watch';
import { collect } from '../options';
import { UsageError, UserError } from '../run-program';

interface SettingsFlags extends OutputFlags {
  readonly forks?: boolean;
  readonly path?: string[];
}

interface ChangeFlags extends SettingsFlags {
  readonly paths?: boolean;
}

type Stack = NonNullable<ResultOf<typeof PUSH_HOOK>['stack']>;
type Hook = NonNullable<Stack['pushHook']>;
type NewHook = ResultOf<typeof CREATE_PUSH_HOOK>['hook'];

/** `worker-pools stack push-hook`: runs that follow pushes. */
export const pushHookCommand = (): Command =>
  commandGroup(
    'push-hook',
    'Let the git host of a stack tell of pushes and pull requests, which runs follow.',
    createCommand(),
    showCommand(),
    updateCommand(),
    rotateCommand(),
    deleteCommand(),
  );

const ofStack = (name: string): Command => new Command(name).argument('<stack>', 'name or id of the stack');

const FORKS = 'have proposed runs follow pull requests of forks, too: they run the code of others';
const PATH =
  'folder or file whose changes count beside those of the project root; . is all of the repository; repeatable';

function createCommand(): Command {
  const command = ofStack('create')
    .description(
      'Let the git host tell of pushes: a tracked run follows one to the tracked branch, a proposed one a pull or merge request. Prints what the host is to be told, the secret this once.',
    )
    .option('--forks', FORKS)
    .option('--path <path>', PATH, collect);
  withExamples(
    withOutput(command),
    'stack push-hook create network',
    'stack push-hook create network --path modules --path versions.tf',
  );
  return apiAction<SettingsFlags>(command, async (client, flags, given = '') => {
    const { id, name } = await findStack(client, given);
    const variables = { stack: id, forks: flags.forks ?? false, paths: flags.path ?? [] };
    tellSecret(client, flags, { id, name }, (await client.query(CREATE_PUSH_HOOK, variables)).hook);
  });
}

function showCommand(): Command {
  const command = ofStack('show')
    .alias('get')
    .description('Show of which pushes a stack hears, and what the last ones came to.');
  withExamples(withWatch(withOutput(command)), 'stack push-hook show network');
  return apiAction<WatchFlags>(command, (client, flags, given = '') =>
    showWhole(client, flags, async () => hearing(await findStack(client, given)), hookText),
  );
}

function updateCommand(): Command {
  const command = ofStack('update')
    .description('Change of which pushes a stack hears. The secret stays, and so does what no flag names.')
    .option('--forks', FORKS)
    .option('--no-forks', 'have no run follow pull requests of forks')
    .option('--path <path>', `${PATH}; in place of those before`, collect)
    .option('--no-paths', 'count the changes of the project root alone');
  withExamples(
    command,
    'stack push-hook update network --path modules',
    'stack push-hook update network --no-paths --forks',
  );
  return apiAction<ChangeFlags>(command, async (client, flags, given = '') => {
    const { forks, path } = flags;
    const takesPathsAway = flags.paths === false;
    if (takesPathsAway && path) throw new UsageError('--path and --no-paths: give one of both');
    if (forks === undefined && !path && !takesPathsAway)
      throw new UsageError('nothing to change: give --forks, --no-forks, --path or --no-paths');
    const { id, name, pushHook: before } = hearing(await findStack(client, given));
    const paths = takesPathsAway ? [] : (path ?? before.paths);
    await client.query(UPDATE_PUSH_HOOK, { stack: id, forks: forks ?? before.forks, paths });
    print(`Of which pushes stack ${name} hears is changed.`);
  });
}

function rotateCommand(): Command {
  const command = ofStack('rotate').description(
    'Make another secret; what is proved by the one before is refused from now on. Prints it this once.',
  );
  withExamples(withOutput(command), 'stack push-hook rotate network');
  return apiAction<OutputFlags>(command, async (client, flags, given = '') => {
    const { id, name } = await findStack(client, given);
    tellSecret(client, flags, { id, name }, (await client.query(ROTATE_PUSH_HOOK, { stack: id })).hook);
  });
}

function deleteCommand(): Command {
  const command = ofStack('delete').description('Hear of pushes no longer; the secret is refused from now on.');
  return apiAction(withExamples(command, 'stack push-hook delete network'), async (client, _, given = '') => {
    const { id, name } = await findStack(client, given);
    await client.query(DELETE_PUSH_HOOK, { stack: id });
    print(`Stack ${name} hears of pushes no longer: take the webhook away at its git host, too.`);
  });
}

async function findStack(client: ApiClient, given: string): Promise<Stack> {
  const { stack } = await client.query(PUSH_HOOK, { id: given });
  if (!stack) throw notFound(`stack ${given} not found`);
  return stack;
}

type Hearing = Stack & { readonly pushHook: Hook };

function hearing(stack: Stack): Hearing {
  if (stack.pushHook) return stack as Hearing;
  const { name } = stack;
  throw new UserError(`stack ${name} hears of no pushes: \`worker-pools stack push-hook create ${name}\` lets it`);
}

function tellSecret(client: ApiClient, flags: OutputFlags, stack: Pick<Stack, 'id' | 'name'>, hook: NewHook): void {
  const { id, name } = stack;
  const { path, secret } = hook;
  const facts = [
    ['URL', `${client.url}${path}`],
    ['Content type', 'application/json'],
    ['Secret', secret ?? ''],
    ['Events', 'pushes, and pull or merge requests'],
  ];
  const text = [
    `Stack ${name} hears of pushes. Add a webhook to its repository; the secret is not shown again:`,
    '',
    table(facts),
    '',
    `The URL begins as the git host reaches this control plane, which may be another way than ${client.url}.`,
  ];
  output(flags, { stack: id, ...hook }, id, text.join('\n'));
}

function hookText({ name, branch, projectRoot, pushHook: hook }: Hearing): string {
  const facts = [
    ['Stack', name],
    ['Address', `${hook.path}, below that of this control plane`],
    ['Pushes', `to ${branch}, where they change something in ${[projectRoot || '.', ...hook.paths].join(', ')}`],
    ['Pull requests', `to ${branch}${hook.forks ? ', those of forks included' : ', but none of forks'}`],
    ['Secret', `made at ${when(hook.secretCreatedAt)}; it is not shown`],
  ];
  const rows = hook.deliveries.map((one) => [
    ...[when(one.receivedAt), one.host, one.event, one.run ?? '(none)', one.message ?? ''],
  ]);
  const came =
    rows.length === 0
      ? 'Nothing has come yet. What cannot be proved is in the audit trail alone.'
      : table([['RECEIVED', 'HOST', 'EVENT', 'RUN', 'WHY NONE'], ...rows]);
  return `${table(facts)}\n\n${came}`;
}
