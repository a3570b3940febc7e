import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import { projectFolder } from '../../control-plane/names';
import { apiAction } from '../api/command';
import { CREATE_MODULE, DELETE_MODULE, MODULES, UPDATE_MODULE } from '../api/module-documents';
import { withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { print, table, when } from '../api/output';
import { variablesOf, withVariables, type VariableFlags } from '../api/variables';
import { showList, showWhole, withWatch, type WatchFlags } from '../api/watch';
import { collect } from '../options';
import { UsageError } from '../run-program';
import { findPool } from './find-pool';
import { findModule, versionCommand, versionTable, type Module } from './module-version';
import { repositoryOf, withRepository, withRepositoryChange, type RepositoryFlags } from './repository-flags';

const TOOL = { opentofu: 'OPENTOFU', terraform: 'TERRAFORM' } as const;

interface SettingsFlags extends VariableFlags, RepositoryFlags {
  readonly pool?: string;
  readonly description?: string;
  readonly label?: string[];
  readonly tool?: keyof typeof TOOL;
  readonly toolVersion?: string;
  readonly projectRoot?: string;
  readonly runnerImage?: string;
}

interface CreateFlags extends SettingsFlags {
  readonly pool: string;
  readonly provider?: string;
  readonly space?: string;
}

interface UpdateFlags extends SettingsFlags {
  readonly unsetEnv?: string[];
}

type ListedModule = ResultOf<typeof MODULES>['modules'][number];

const GIVEN = 'id of the module, or space, name and provider: legacy/network/aws';

/** `worker-pools module`: modules of the registry, and their versions. */
export function moduleCommand(): Command {
  return commandGroup(
    'module',
    'Publish modules: a source, the pool that tests its versions, and what the registry offers.',
    createCommand(),
    updateCommand(),
    showCommand(),
    listCommand(),
    deleteCommand(),
    versionCommand(),
  );
}

function withSettings(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--label <label>', 'label, repeatable', collect)
    .addOption(new Option('--tool <tool>', 'what tests it').choices(Object.keys(TOOL)))
    .option('--tool-version <version>', "one release of it, such as 1.10.6 (default: the runner image's)")
    .option('--project-root <folder>', 'folder inside the source that is the module (default: its root)')
    .option('--runner-image <image>', "image of the container worker (default: the pool's, then the control plane's)");
}

function createCommand(): Command {
  const command = withSettings(
    new Command('create')
      .argument('<name>', 'as sources name it: HOST/SPACE/NAME/PROVIDER')
      .description('Create a module. Its first version is made with `module version create`.')
      .requiredOption('--pool <pool>', 'name or id of the pool that tests its versions')
      .option('--provider <provider>', 'last part of its source, such as aws (default: default)')
      .option('--space <space>', "first part of its source (default: the pool's space)"),
  );
  withExamples(
    withVariables(withRepository(command)),
    'module create network --provider aws --pool production',
    'module create network --provider aws --pool production --repository https://git.example.com/team/network.git',
  );
  return apiAction<CreateFlags>(command, async (client, flags, name = '') => {
    const { provider, space, pool } = flags;
    const { module } = await client.query(CREATE_MODULE, { name, provider, space, ...settingsOf(flags), pool });
    print(`Module ${module.registryPath} is created; make its first version with: worker-pools module version create`);
  });
}

function updateCommand(): Command {
  const command = withSettings(
    new Command('update')
      .argument('<module>', GIVEN)
      .description('Change a module; what is not given stays as it is. Applies to versions that are made from now on.')
      .option('--pool <pool>', 'name or id of another pool; refused while a test is unfinished')
      .option('--unset-env <name>', 'remove a variable, repeatable', collect),
  );
  withExamples(
    withVariables(withRepositoryChange(command)),
    'module update legacy/network/aws --pool staging',
    'module update legacy/network/aws --env TF_VAR_region=north --description VPCs',
  );
  return apiAction<UpdateFlags>(command, async (client, flags, given = '') => {
    const settings = settingsOf(flags);
    if (Object.values({ ...settings, unset: flags.unsetEnv }).every((one) => one === undefined)) {
      throw new UsageError('nothing to change: say what, for example --pool POOL (--help lists all)');
    }
    const { module } = await client.query(UPDATE_MODULE, { module: given, unset: flags.unsetEnv, ...settings });
    print(`Module ${module.registryPath} is changed; versions that are made from now on go by it.`);
  });
}

/** Undefined: nothing is said. */
function settingsOf(flags: SettingsFlags) {
  const { pool, description, label, tool, toolVersion, projectRoot, runnerImage } = flags;
  const env = variablesOf(flags);
  return {
    ...{ pool, description, labels: label, tool: tool && TOOL[tool], version: toolVersion, image: runnerImage },
    root: projectRoot === undefined ? undefined : projectFolder(projectRoot),
    env: env.length === 0 ? undefined : env,
    ...repositoryOf(flags),
  };
}

function showCommand(): Command {
  const command = new Command('show')
    .argument('<module>', GIVEN)
    .alias('get')
    .description('Show a module, with its versions and their tests.');
  withExamples(withWatch(withOutput(command)), 'module show legacy/network/aws');
  return apiAction<WatchFlags>(command, (client, flags, given = '') =>
    showWhole(client, flags, () => findModule(client, given), moduleText),
  );
}

const moduleText = (module: Module): string =>
  `${table([
    ['Source', `HOST/${module.registryPath}`],
    ['Id', module.id],
    ['Description', module.description ?? '(none)'],
    ['Labels', module.labels.join(', ') || '(none)'],
    ['Newest version', module.current?.number ?? '(none yet)'],
    ['Pool', module.workerPool?.name ?? '(deleted)'],
    ['Tool', `${module.tool.toLowerCase()} ${module.toolVersion ?? '(of the runner image)'}`],
    ['Project root', module.projectRoot || '(the root of the source)'],
    ['Runner image', module.runnerImage ?? "(the pool's)"],
    ['Environment', module.environment.join(', ') || '(none)'],
    ['Made of', madeOf(module)],
    ['Created', when(module.createdAt)],
  ])}\n\n${versionTable(module.versions)}`;

function madeOf({ hasSource, repository, branch, repositorySettings: settings }: Module): string {
  if (!settings) return hasSource ? 'uploads' : 'uploads (none yet)';
  const { credentials } = settings;
  return `branch ${branch} of ${repository}, ${credentials.length === 0 ? 'without credentials' : `with ${credentials.join(', ')}`}`;
}

function listCommand(): Command {
  const command = new Command('list')
    .description('List the modules, by space, name and provider, each with its newest version.')
    .option('--pool <pool>', 'only those that this pool tests');
  withExamples(withWatch(withOutput(command)), 'module list', 'module list --pool production -o name');
  return apiAction<WatchFlags & { readonly pool?: string }>(command, async (client, flags) => {
    const pool = flags.pool === undefined ? null : (await findPool(client, flags.pool)).id;
    await showList<ListedModule>(client, flags, {
      head: ['MODULE', 'VERSION', 'POOL', 'TOOL', 'LABELS', 'ID'],
      row: (module) => [
        ...[module.registryPath, module.current?.number ?? '(none yet)', module.workerPool?.name ?? '(deleted)'],
        ...[module.tool.toLowerCase(), module.labels.join(','), module.id],
      ],
      ask: async () => (await client.query(MODULES, { pool })).modules,
    });
  });
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<module>', GIVEN)
    .description(
      'Delete a module with its versions, which nobody can fetch any more. The runs that tested them stay, to be looked at. Refused while one is unfinished.',
    );
  return apiAction<OutputFlags>(withExamples(command, 'module delete legacy/network/aws'), async (client, _, given) => {
    const { module } = await client.query(DELETE_MODULE, { module: given ?? '' });
    print(`Module ${module?.registryPath ?? given} is deleted, with its versions.`);
  });
}
