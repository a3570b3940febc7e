import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import { checkStackName, projectFolder } from '../../control-plane/names';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { SEARCH_STACKS } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, IGNORE_HELP, withExamples } from '../api/help';
import {
  createStack,
  deleteStack,
  findStack,
  TOOLS,
  updateStack,
  uploadSource,
  type Stack,
  type Tool,
} from '../api/operations';
import { print, table, when } from '../api/output';
import { allFound } from '../api/pages';
import { showList, showWhole, withWatch, type WatchFlags } from '../api/watch';
import { variablesOf, withVariables, type VariableFlags } from '../api/variables';
import { collect, wholeNumber } from '../options';
import { UsageError } from '../run-program';
import { withPackedSource, type PackedSource } from '../source/pack';
import { packedSentences, warnings } from '../source/report';
import { findPool } from './find-pool';
import { repositoryOf, withRepository, withRepositoryChange, type RepositoryFlags } from './repository-flags';
import { dependencyCommand } from './stack-dependency';
import { driftCommand, driftWords } from './stack-drift';
import { outputCommand } from './stack-output';
import { pushHookCommand } from './stack-push-hook';
import { stateCommand } from './stack-state';

interface ChangeFlags extends VariableFlags, OutputFlags, RepositoryFlags {
  readonly pool?: string;
  readonly autoDeploy?: boolean;
  readonly managedState?: boolean;
  readonly tool?: Tool;
  readonly toolVersion?: string;
  readonly playbook?: string;
  readonly projectRoot?: string;
  readonly runnerImage?: string;
}

interface CreateFlags extends ChangeFlags {
  readonly pool: string;
  readonly source?: string;
}

interface ListFlags extends WatchFlags {
  readonly pool?: string;
  readonly search?: string;
  readonly limit?: number;
}

type ListedStack = ResultOf<typeof SEARCH_STACKS>['searchStacks']['edges'][number]['node'];

interface UpdateFlags extends ChangeFlags {
  readonly unsetEnv?: string[];
}

/** `worker-pools stack`: make, change, list and delete stacks, and upload their sources. */
export function stackCommand(): Command {
  return commandGroup(
    'stack',
    'Create, change and list stacks: a source, the pool that runs it, and its settings.',
    createCommand(),
    pushCommand(),
    updateCommand(),
    showCommand(),
    listCommand(),
    deleteCommand(),
    outputCommand(),
    stateCommand(),
    driftCommand(),
    dependencyCommand(),
    pushHookCommand(),
  );
}

function createCommand(): Command {
  const command = new Command('create')
    .argument('<name>', 'name of the stack')
    .description('Create a stack from a folder with OpenTofu or Terraform sources, or from a git repository.')
    .requiredOption('--pool <pool>', 'name or id of its pool')
    .option('--source <dir>', 'folder to upload, unless --repository names its source')
    .option('--auto-deploy', 'apply changes without asking')
    .option('--no-managed-state', 'do not keep its state in the control plane, even if its source names no backend')
    .addOption(tool().default('opentofu'))
    .option('--tool-version <version>', "one release of it, such as 1.10.6 (default: the runner image's)")
    .option('--playbook <file>', 'file of the project that Ansible is given (default: playbook.yml)')
    .option('--project-root <folder>', 'folder inside the source to run in (default: its root)')
    .option('--runner-image <image>', "image of the container worker (default: the pool's, then the control plane's)");
  withExamples(
    withOutput(withVariables(withRepository(command))).addHelpText('after', IGNORE_HELP),
    'stack create network --pool production --source ./network',
    'stack create network --pool production --repository https://git.example.com/team/network.git --branch main --token-file token',
    'stack create dev --pool production --source . --project-root envs/dev --env-from-file dev.env --env TF_VAR_size=3',
  );
  return apiAction<CreateFlags>(command, async (client, flags, given) => {
    const name = checkStackName(given ?? '');
    const projectRoot = projectFolder(flags.projectRoot ?? '');
    const environment = variablesOf(flags);
    const { source } = flags;
    if ((source === undefined) === !flags.repository) {
      throw new UsageError('--source or --repository: say where the source is, by one of both');
    }
    const git = repositoryOf(flags);
    if (source === undefined) await createStack(client, { ...flags, name, projectRoot, environment, git });
    else
      await withPackedSource(source, projectRoot, async (packed) => {
        const { id } = await createStack(client, { ...flags, name, projectRoot, environment });
        await uploadSource(client, id, packed).catch(async (error: unknown) => {
          // Nobody wants a stack that cannot run; its name stays free for the next attempt.
          await deleteStack(client, id).catch(() => undefined);
          throw error;
        });
        tell(packed, projectRoot, flags.managedState ?? true, flags);
      });
    warnAboutTool(flags);
    if (flags.output) return showStack(client, flags, name);
    print(`Stack ${name} is created; run it with: worker-pools run trigger ${name} --follow`);
  });
}

function pushCommand(): Command {
  const command = new Command('push')
    .argument('<stack>', 'name or id of the stack')
    .description('Upload a new source; runs triggered from now on use it.')
    .requiredOption('--source <dir>', 'folder to upload')
    .addHelpText('after', IGNORE_HELP);
  return apiAction<OutputFlags & { source: string }>(
    withExamples(withOutput(command), 'stack push network --source ./network'),
    async (client, flags, given) => {
      const { id, name, projectRoot, managesStateFile } = await findStack(client, given ?? '');
      await withPackedSource(flags.source, projectRoot, async (packed) => {
        await uploadSource(client, id, packed);
        tell(packed, projectRoot, managesStateFile, flags);
      });
      if (flags.output) return showStack(client, flags, id);
      print(`Stack ${name} has a new source.`);
    },
  );
}

function updateCommand(): Command {
  const command = new Command('update')
    .argument('<stack>', 'name or id of the stack')
    .description('Change a stack; what is not given stays as it is. Applies to runs that start from now on.')
    .option('--pool <pool>', 'name or id of another pool; refused while a run is unfinished')
    .option('--auto-deploy', 'apply changes without asking')
    .option('--no-auto-deploy', 'ask before changes are applied')
    .option('--managed-state', 'keep its state in the control plane, if its source names no backend')
    .option('--no-managed-state', 'do not; what is kept stays, and is used again by --managed-state')
    .addOption(tool())
    .option('--tool-version <version>', 'one release of it, such as 1.10.6; "": the runner image\'s')
    .option('--playbook <file>', 'file of the project that Ansible is given')
    .option('--project-root <folder>', 'folder inside the source to run in; "": its root')
    .option('--runner-image <image>', 'image of the container worker; "": the pool\'s, then the control plane\'s')
    .option('--unset-env <name>', 'remove a variable, repeatable', collect);
  withExamples(
    withOutput(withVariables(withRepositoryChange(command))),
    'stack update network --branch release --token-file -',
    'stack update network --env TF_VAR_size=5 --unset-env TF_VAR_old',
    'stack update network --project-root envs/prod --no-auto-deploy',
  );
  return apiAction<UpdateFlags>(command, async (client, flags, given) => {
    const { pool, autoDeploy, managedState, tool: chosen, toolVersion, playbook, runnerImage, unsetEnv } = flags;
    const environment = variablesOf(flags);
    const git = repositoryOf(flags);
    const projectRoot = flags.projectRoot === undefined ? undefined : projectFolder(flags.projectRoot);
    const isChange = [
      pool,
      autoDeploy,
      managedState,
      chosen,
      toolVersion,
      playbook,
      runnerImage,
      unsetEnv,
      projectRoot,
      git,
    ].some((one) => one !== undefined);
    if (!isChange && environment.length === 0) {
      throw new UsageError('nothing to change: say what, for example --env NAME=VALUE (--help lists all)');
    }
    const name = await updateStack(client, given ?? '', { ...flags, projectRoot, environment, git });
    warnAboutTool(flags);
    if (flags.output) return showStack(client, flags, name);
    print(`Stack ${name} is changed; runs that start from now on go by it.`);
  });
}

function showCommand(): Command {
  const command = new Command('show')
    .argument('<stack>', 'name or id of the stack')
    .alias('get')
    .description('Show a stack, with the names of its environment variables.');
  withExamples(withWatch(withOutput(command)), 'stack show network');
  return apiAction<WatchFlags>(command, (client, flags, given = '') =>
    showWhole(client, flags, () => findStack(client, given), stackText),
  );
}

const stackText = (stack: Stack): string =>
  table([
    ['Name', stack.name],
    ['Id', stack.id],
    ['Pool', stack.workerPool?.name ?? '(deleted)'],
    ['Tool', `${stack.tool.toLowerCase()} ${stack.toolVersion ?? '(of the runner image)'}`],
    ...(stack.playbook === null ? [] : [['Playbook', stack.playbook] as const]),
    ['Project root', stack.projectRoot || '(the root of the source)'],
    ['Runner image', stack.runnerImage ?? "(the pool's)"],
    ['Applies', appliesHow(stack)],
    ['Environment', stack.environment.join(', ') || '(none)'],
    ['State', stateOf(stack)],
    ['Drift', driftWords(stack)],
    ['Source', sourceWords(stack)],
    ...(stack.repository === '' ? [] : [['Pushes', stack.pushHook ? 'followed by runs' : 'followed by none'] as const]),
  ]);

function sourceWords({ hasSource, repository, branch, repositorySettings: settings }: Stack): string {
  if (!settings) return hasSource ? 'uploaded' : '(none: it cannot run)';
  const { credentials, ...options } = settings;
  const chosen = Object.entries(options).flatMap(([name, isChosen]) => (isChosen ? [`, ${name}`] : []));
  const proof = credentials.length === 0 ? 'without credentials' : `with ${credentials.join(', ')}`;
  return `branch ${branch} of ${repository}, ${proof}${chosen.join('')}`;
}

function listCommand(): Command {
  const command = new Command('list')
    .description('List the stacks, by name, each with the state of its newest tracked run that has begun.')
    .option('--pool <pool>', 'only of this pool')
    .option('--search <text>', 'only with this in their names or ids')
    .option('--limit <number>', 'at most so many (default: all)', wholeNumber(1));
  withExamples(withWatch(withOutput(command)), 'stack list', 'stack list --pool production --search network');
  return apiAction<ListFlags>(command, async (client, flags) => {
    const { search: fullTextSearch = null, limit = Infinity } = flags;
    const pool = flags.pool === undefined ? [] : [(await findPool(client, flags.pool)).id];
    const predicates = pool.map((id) => ({ field: 'workerPool', constraint: { stringMatches: [id] } }));
    await showList<ListedStack>(client, flags, {
      head: ['NAME', 'STATE', 'POOL', 'TOOL', 'APPLIES', 'DRIFT SINCE'],
      row: (stack) => [
        ...[stack.name, stack.state, stack.workerPool?.name ?? '(deleted)', stack.tool.toLowerCase()],
        ...[appliesHow(stack), stack.driftedSince === null ? '' : when(stack.driftedSince)],
      ],
      ask: () =>
        allFound(limit, async (page) => {
          const input = { ...page, fullTextSearch, predicates };
          return (await client.query(SEARCH_STACKS, { input })).searchStacks;
        }),
    });
  });
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<stack>', 'name or id of the stack')
    .description(
      'Delete a stack with its source, its environment and the state that is kept for it. What it has applied stays, and so do its runs, to be looked at. Refused while a run is unfinished.',
    );
  return apiAction(withExamples(command, 'stack delete network'), async (client, _, given) => {
    const { id, stateVersion: state } = await findStack(client, given ?? '');
    const name = await deleteStack(client, id);
    const withState = state ? `, and so is the state that was kept for it, of version ${state.number}` : '';
    print(`Stack ${name} is deleted${withState}. What its runs have applied stays as it is.`);
  });
}

function tool(): Option {
  return new Option('--tool <tool>', 'what runs it').choices(TOOLS);
}

function warnAboutTool({ tool: chosen, toolVersion, runnerImage }: ChangeFlags): void {
  if (chosen !== 'terraform' || toolVersion || runnerImage) return;
  note(
    'The bundled runner image has only OpenTofu: --tool terraform needs --tool-version, or an image that has terraform, by --runner-image or by the pool.',
  );
}

/** A stack after a change, for programs. */
async function showStack(client: ApiClient, flags: OutputFlags, nameOrId: string): Promise<void> {
  const stack = await findStack(client, nameOrId);
  output(flags, stack, stack.id, stackText(stack));
}

/** On standard error where a program reads the other. */
function tell({ survey }: PackedSource, projectRoot: string, isStateKept: boolean, flags: OutputFlags): void {
  for (const sentence of packedSentences(survey)) print(sentence, flags.output ? process.stderr : process.stdout);
  for (const sentence of warnings(survey, projectRoot, isStateKept)) note(sentence);
}

function note(sentence: string): void {
  print(`Note: ${sentence}`, process.stderr);
}

function stateOf({ managesStateFile, stateVersion: state, stateLock }: Stack): string {
  const newest = state ? `version ${state.number} of ${when(state.createdAt)}` : 'no version yet';
  const locked = stateLock ? `, locked by run ${stateLock.runId} since ${when(stateLock.createdAt)}` : '';
  const where = managesStateFile ? 'kept here, if the source names no backend' : 'not kept here';
  return `${where}: ${newest}${locked}`;
}

function appliesHow({ autoDeploy }: Pick<Stack, 'autoDeploy'>): string {
  return autoDeploy ? 'by itself' : 'after confirmation';
}
