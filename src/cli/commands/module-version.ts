import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CREATE_MODULE_VERSION, MODULE_DETAILS, YANK_MODULE_VERSION } from '../api/module-documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, IGNORE_HELP, withExamples } from '../api/help';
import { print, table, when } from '../api/output';
import { notFound } from '../api/refused';
import { showList, withWatch, type WatchFlags } from '../api/watch';
import { collect } from '../options';
import { UsageError } from '../run-program';
import { moduleConfig, type ModuleConfig } from '../source/module-config';
import { withPackedSource } from '../source/pack';
import { packedSentences } from '../source/report';

type Version = ResultOf<typeof CREATE_MODULE_VERSION>['version'];
export type Module = NonNullable<ResultOf<typeof MODULE_DETAILS>['module']>;

interface CreateFlags extends OutputFlags {
  readonly number?: string;
  readonly source?: string;
  readonly commit?: string;
  readonly test?: string[];
}

const GIVEN = 'id of the module, or space, name and provider: legacy/network/aws';

export function versionCommand(): Command {
  return commandGroup(
    'version',
    'Make versions of a module, each of which is tested by runs, and take them back.',
    createCommand(),
    listCommand(),
    yankCommand(),
  );
}

function createCommand(): Command {
  const command = new Command('create')
    .argument('<module>', GIVEN)
    .description(
      'Make a version of a folder, or of a commit of its git repository, and test it: each test is a run that makes everything and destroys it. When all have passed, the registry offers the version.',
    )
    .option('--number <version>', 'such as 1.2.3 (default: module_version in .spacelift/config.yml of --source)')
    .option('--source <dir>', 'folder to upload')
    .option('--commit <hash>', 'whole hash of a commit of its repository')
    .option(
      '--test <folder>',
      'folder inside the source to test, repeatable (default: tests in .spacelift/config.yml of --source, or else the module itself)',
      collect,
    )
    .addHelpText('after', IGNORE_HELP);
  withExamples(
    withOutput(command),
    'module version create legacy/network/aws --number 1.2.3 --source ./network --test examples/basic',
    'module version create legacy/network/aws --number 1.2.4 --commit "$(git rev-parse HEAD)"',
  );
  return apiAction<CreateFlags>(command, async (client, flags, given = '') => {
    const { source, commit } = flags;
    if ((source === undefined) === (commit === undefined)) {
      throw new UsageError('--source or --commit: say what the version is made of, by one of both');
    }
    const module = await findModule(client, given);
    const version =
      source === undefined
        ? await create(client, module, flags, { number: undefined, tests: [], unknown: [] })
        : await uploaded(client, module, flags, source);
    const runs = version.tests.map(({ runId }) => `  worker-pools run log --follow ${runId}`);
    const text = [`Version ${version.number} of module ${module.registryPath} is tested:`, ...runs];
    output(flags, version, version.id, text.join('\n'));
  });
}

async function uploaded(client: ApiClient, module: Module, flags: CreateFlags, folder: string): Promise<Version> {
  const config = moduleConfig(folder);
  for (const key of config.unknown) {
    print(`Note: ${key} of .spacelift/config.yml is not looked at here.`, process.stderr);
  }
  numberOf(flags, config);
  return withPackedSource(folder, module.projectRoot ?? '', async (packed) => {
    const path = `/api/v1/modules/${encodeURIComponent(module.id)}/source`;
    const { source } = await client.upload<{ source: string }>(path, packed.open());
    for (const sentence of packedSentences(packed.survey)) print(sentence, process.stderr);
    return create(client, module, flags, config, source);
  });
}

async function create(
  client: ApiClient,
  { id }: Module,
  flags: CreateFlags,
  config: ModuleConfig,
  source?: string,
): Promise<Version> {
  const tests = flags.test ?? [...config.tests];
  const number = numberOf(flags, config);
  const asked = { module: id, number, commit: flags.commit, source, tests };
  return (await client.query(CREATE_MODULE_VERSION, asked)).version;
}

function numberOf({ number }: CreateFlags, config: ModuleConfig): string {
  const given = number ?? config.number;
  if (given !== undefined) return given;
  throw new UsageError('--number: say which version it is, such as 1.2.3, or module_version in .spacelift/config.yml');
}

function listCommand(): Command {
  const command = new Command('list').argument('<module>', GIVEN).description('List the versions of a module.');
  withExamples(withWatch(withOutput(command)), 'module version list legacy/network/aws');
  return apiAction<WatchFlags>(command, (client, flags, given = '') =>
    showList<Version>(client, flags, {
      head: HEAD,
      row,
      ask: async () => (await findModule(client, given)).versions,
    }),
  );
}

function yankCommand(): Command {
  const command = new Command('yank')
    .argument('<module>', GIVEN)
    .argument('<version>', 'its number, such as 1.2.3')
    .description('Take a version back: the registry offers it no more, for good, and its number is not free again.')
    .option('--note <text>', 'why');
  return apiAction<{ readonly note?: string }>(
    withExamples(command, 'module version yank legacy/network/aws 1.2.3 --note "leaks addresses"'),
    async (client, { note }, given = '', number = '') => {
      const module = await findModule(client, given);
      const { versions, registryPath } = module;
      const found = versions.find((one) => one.number === number && one.state !== 'FAILED');
      if (!found) throw notFound(`version ${number} of module ${registryPath} not found`);
      await client.query(YANK_MODULE_VERSION, { id: found.id, note });
      print(`Version ${number} of module ${registryPath} is yanked.`);
    },
  );
}

const HEAD = ['VERSION', 'STATE', 'TESTS', 'COMMIT', 'CREATED', 'ID'];

const row = (version: Version): string[] => {
  const { number, state, yanked, tests, commitSha, createdAt, id } = version;
  const passed = tests.filter((test) => test.passed === true).length;
  const shown = yanked ? 'yanked' : state.toLowerCase();
  return [number, shown, `${passed} of ${tests.length} passed`, commitSha ?? '(uploaded)', when(createdAt), id];
};

/** For people. */
export const versionTable = (versions: readonly Version[]): string =>
  versions.length === 0 ? 'It has no version yet.' : table([HEAD, ...versions.map(row)]);

/** @throws UserError when there is none */
export async function findModule(client: ApiClient, given: string): Promise<Module> {
  const { module } = await client.query(MODULE_DETAILS, { id: given });
  if (!module) throw notFound(`module ${given} not found`);
  return module;
}
