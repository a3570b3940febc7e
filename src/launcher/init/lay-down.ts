import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LAUNCHER_DEFAULTS, LAUNCHER_VARIABLE, NAME_SEPARATORS } from '../../protocol/environment';
import { CHANGES_EXIT_CODE, type RunSpec } from '../../protocol/messages';
import { shellQuote } from '../../protocol/shell';
import { emptyFolder } from '../archive';
import { FILE, RelayRun, writeWhole } from '../exchange';
import type { Paths } from '../paths';
import type { RunWithTool } from './tools/with-tool';

/** Name of the shim in the binaries folder, as the worker container's command has it. */
const SHIM_NAME = 'spacelift-worker';

/** Names that a shell can export. */
const EXPORTABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names that mean something to a shell (bash refuses some, makes up the values of others), or to the shim. */
const OF_THE_SHELL =
  /^(_|BASH.*|COMP_.*|DIRSTACK|ENV|EPOCH.*|EUID|FUNCNAME|GROUPS|HIST.*|IFS|LINENO|OLDPWD|OPT(ARG|ERR|IND)|PATH|PIPESTATUS|PPID|PS\d|PWD|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|TMOUT|UID|wp_.*)$/;

export interface RunToLayDown extends RunWithTool {
  /** Whether the relay is to give the tool its state. @default false */
  readonly servesState?: boolean;
}

/**
 * Fills the exchange and binaries folders: the shim, the steps, their environment. What an earlier try of the same Pod
 * left there goes first.
 */
export async function layDown(run: RunToLayDown, paths: Paths, shim: string): Promise<void> {
  const { exchange, binaries } = paths;
  await mkdir(binaries, { recursive: true });
  await copyFile(shim, join(binaries, SHIM_NAME));
  await chmod(join(binaries, SHIM_NAME), 0o755);

  await emptyFolder(exchange);
  const { PATH: stackPath, ...environment } = run.environment;
  await writeWhole(exchange, FILE.layout, layout(run, paths, stackPath));
  await writeWhole(exchange, FILE.environment, environmentScript(environment), 0o640);
  await writeWhole(exchange, FILE.stackEnvironment, JSON.stringify(run.environment), 0o640);
  for (const [index, step] of run.steps.entries()) {
    await writeWhole(exchange, FILE.command(index + 1), `${step.command}\n`);
    await writeWhole(exchange, FILE.success(index + 1), `${step.successExitCodes.join(' ')}\n`);
  }
  await makeFifo(join(exchange, FILE.workerAlive));
  if (run.planStep !== null && run.showPlanCommand !== null) {
    await writeWhole(exchange, FILE.planCommand, `${run.showPlanCommand}\n`);
    await makeFifo(join(exchange, FILE.plan));
  }
  if (run.showOutputsCommand !== null) {
    await writeWhole(exchange, FILE.outputsCommand, `${run.showOutputsCommand}\n`);
    await makeFifo(join(exchange, FILE.outputs));
  }
  await writeWhole(exchange, FILE.run, JSON.stringify(RelayRun.parse(run)));
}

/** Node cannot make one; mkfifo is in every base image of the launcher (coreutils or busybox). */
async function makeFifo(path: string): Promise<void> {
  await promisify(execFile)('mkfifo', ['-m', '0666', path]);
}

/** What the shim sets in its own shell. */
function layout(run: RunSpec, { workspace, binaries }: Paths, stackPath: string | undefined): string {
  const values = {
    wp_directory: join(workspace, run.projectRoot),
    wp_binaries: binaries,
    wp_grace: String(LAUNCHER_DEFAULTS.stopGraceSeconds),
    wp_settings: Object.values(LAUNCHER_VARIABLE).join(' '),
    wp_separators: NAME_SEPARATORS,
    wp_steps: String(run.steps.length),
    wp_plan_step: String(run.steps.findIndex(({ name }) => name === run.planStep) + 1),
    wp_changes: String(CHANGES_EXIT_CODE),
    ...(stackPath === undefined ? {} : { wp_stack_path: stackPath }),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${shellQuote(value)}\n`)
    .join('');
}

/**
 * What the process loads that becomes a step. Its positional parameters are the arguments of `env`: what is no business
 * of a shell comes before them. The rest is exported, because other processes of the node may see arguments.
 */
function environmentScript(environment: Readonly<Record<string, string>>): string {
  const isExported = ([name]: [string, string]): boolean => EXPORTABLE.test(name) && !OF_THE_SHELL.test(name);
  const variables = Object.entries(environment);
  const exported = variables.filter(isExported).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
  const others = variables.filter((variable) => !isExported(variable));
  const given = others.map(([name, value]) => `${shellQuote(`${name}=${value}`)} `);
  return [...exported, `set -- ${given.join('')}"$@"\n`].join('');
}
