import { statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { create as createArchive } from 'tar';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { print, table } from '../api/output';
import { UserError } from '../run-program';

/** Folders that are made again in the run, or are none of its business. */
const LEFT_OUT = /(^|\/)(\.git|\.terraform|node_modules)(\/|$)/;

interface CreateFlags {
  readonly pool: string;
  readonly source: string;
  readonly autoDeploy: boolean;
  readonly tool: 'opentofu' | 'terraform';
  readonly projectRoot: string;
  readonly runnerImage?: string;
  readonly env: { name: string; value: string }[];
}

/** `worker-pools stack`: what runs run. */
export function stackCommand(): Command {
  const command = new Command('stack').description('Make and list stacks: a source, the pool that runs it, and how.');
  apiAction<CreateFlags>(
    command
      .command('create')
      .argument('<name>', 'name of the stack')
      .description('Make a stack from a folder with OpenTofu or Terraform sources.')
      .requiredOption('--pool <pool>', 'name or id of its pool')
      .requiredOption('--source <dir>', 'folder to upload')
      .option('--auto-deploy', 'apply changes without asking', false)
      .addOption(new Option('--tool <tool>', 'what runs it').choices(['opentofu', 'terraform']).default('opentofu'))
      .option('--project-root <folder>', 'folder inside the source to run in', '')
      .option('--runner-image <image>', "image of the container worker (default: the pool's, then the control plane's)")
      .option('--env <name=value>', 'environment variable of its runs, repeatable', variable, []),
    async (client, flags, name) => {
      requireFolder(flags.source);
      await client.query(
        `mutation($name: String!, $pool: ID!, $tool: StackTool, $root: String, $image: String, $auto: Boolean, $env: [EnvironmentVariable!]) {
          stackCreate(name: $name, workerPool: $pool, tool: $tool, projectRoot: $root, runnerImage: $image, autoDeploy: $auto, environment: $env) { id }
        }`,
        {
          name,
          pool: flags.pool,
          tool: flags.tool.toUpperCase(),
          root: flags.projectRoot,
          image: flags.runnerImage ?? null,
          auto: flags.autoDeploy,
          env: flags.env,
        },
      );
      await push(client, name ?? '', flags.source);
      print(`Stack ${name} is there; run it with: worker-pools run trigger ${name} --follow`);
    },
  );
  apiAction<{ source: string }>(
    command
      .command('push')
      .argument('<name>', 'name of the stack')
      .description('Upload a new source; runs triggered from now on use it.')
      .requiredOption('--source <dir>', 'folder to upload'),
    async (client, flags, name) => {
      requireFolder(flags.source);
      await push(client, name ?? '', flags.source);
      print(`Stack ${name} has a new source.`);
    },
  );
  apiAction<{ json?: boolean }>(
    command.command('list').description('List the stacks.').option('--json', 'as JSON'),
    async (client, flags) => {
      const { stacks } = await client.query<{ stacks: StackRow[] }>(
        '{ stacks { id name tool autoDeploy hasSource workerPool { id name } } }',
      );
      print(flags.json ? JSON.stringify(stacks, null, 2) : stackTable(stacks));
    },
  );
  return command;
}

interface StackRow {
  readonly id: string;
  readonly name: string;
  readonly tool: string;
  readonly autoDeploy: boolean;
  readonly workerPool: { readonly name: string } | null;
}

function stackTable(stacks: readonly StackRow[]): string {
  const rows = stacks.map((stack) => [
    stack.name,
    stack.workerPool?.name ?? '(deleted)',
    stack.tool.toLowerCase(),
    stack.autoDeploy ? 'by itself' : 'after confirmation',
  ]);
  return table([['NAME', 'POOL', 'TOOL', 'APPLIES'], ...rows]);
}

async function push(client: ApiClient, name: string, folder: string): Promise<void> {
  const archive = createArchive({ gzip: true, cwd: folder, portable: true, filter: (path) => !LEFT_OUT.test(path) }, [
    '.',
  ]);
  await client.upload(
    `/api/v1/stacks/${encodeURIComponent(name)}/source`,
    Readable.from(archive as AsyncIterable<Buffer>),
  );
}

function requireFolder(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`--source: there is no folder ${path}`);
}

function variable(
  value: string,
  before: readonly { name: string; value: string }[],
): { name: string; value: string }[] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it must be NAME=VALUE');
  return [...before, { name: value.slice(0, at), value: value.slice(at + 1) }];
}
