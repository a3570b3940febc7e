import { statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { apiAction } from '../api/command';
import { createStack, pushSource } from '../api/operations';
import { print, printJson, table } from '../api/output';
import { UserError } from '../run-program';

interface Variable {
  readonly name: string;
  readonly value: string;
}

interface CreateFlags {
  readonly pool: string;
  readonly source: string;
  readonly autoDeploy?: boolean;
  readonly tool: 'opentofu' | 'terraform';
  readonly projectRoot?: string;
  readonly runnerImage?: string;
  readonly env?: Variable[];
}

/** `worker-pools stack`: make and list stacks, and upload their sources. */
export function stackCommand(): Command {
  const command = new Command('stack').description('Make and list stacks: a source, the pool that runs it, and how.');
  apiAction<CreateFlags>(
    command
      .command('create')
      .argument('<name>', 'name of the stack')
      .description('Make a stack from a folder with OpenTofu or Terraform sources.')
      .requiredOption('--pool <pool>', 'name or id of its pool')
      .requiredOption('--source <dir>', 'folder to upload')
      .option('--auto-deploy', 'apply changes without asking')
      .addOption(new Option('--tool <tool>', 'what runs it').choices(['opentofu', 'terraform']).default('opentofu'))
      .option('--project-root <folder>', 'folder inside the source to run in (default: its root)')
      .option('--runner-image <image>', "image of the container worker (default: the pool's, then the control plane's)")
      .option('--env <name=value>', 'environment variable of its runs, repeatable', variable),
    async (client, flags, name) => {
      requireFolder(flags.source);
      await createStack(client, { ...flags, name: name ?? '', environment: flags.env ?? [] });
      await pushSource(client, name ?? '', flags.source);
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
      await pushSource(client, name ?? '', flags.source);
      print(`Stack ${name} has a new source.`);
    },
  );
  apiAction<{ json?: boolean }>(
    command.command('list').description('List the stacks.').option('--json', 'as JSON'),
    async (client, flags) => {
      const { stacks } = await client.query<{ stacks: StackRow[] }>(
        '{ stacks { id name tool autoDeploy hasSource workerPool { id name } } }',
      );
      if (flags.json) printJson(stacks);
      else print(stackTable(stacks));
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

function requireFolder(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`--source: there is no folder ${path}`);
}

function variable(value: string, before: readonly Variable[] = []): Variable[] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it must be NAME=VALUE');
  return [...before, { name: value.slice(0, at), value: value.slice(at + 1) }];
}
