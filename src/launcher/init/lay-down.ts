import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunSpec } from '../../protocol/messages';
import { emptyFolder } from '../archive';
import { FILE, RelayRun, writeWhole } from '../exchange';
import type { Paths } from '../paths';

/** Name of the shim in the binaries folder, as the worker container's command has it. */
export const SHIM_NAME = 'spacelift-worker';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names in an environment that a shell cannot have. */
export function impossibleVariables(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => !VARIABLE.test(name) || value.includes('\0'))
    .map(([name]) => name);
}

/** A value as a POSIX shell reads it back unchanged. */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * Fills the exchange and binaries folders: the shim, the steps, their environment. What an earlier try of the same Pod
 * left there goes first.
 */
export async function layDown(run: RunSpec, paths: Paths, shim: string): Promise<void> {
  const { exchange, binaries } = paths;
  await mkdir(binaries, { recursive: true });
  await copyFile(shim, join(binaries, SHIM_NAME));
  await chmod(join(binaries, SHIM_NAME), 0o755);

  await emptyFolder(exchange);
  const layout = { wp_directory: join(paths.workspace, run.projectRoot), wp_binaries: binaries };
  const assignments = (values: Readonly<Record<string, string>>, prefix: string): string =>
    Object.entries(values)
      .map(([name, value]) => `${prefix}${name}=${shellQuote(value)}\n`)
      .join('');
  await writeWhole(exchange, FILE.layout, assignments(layout, ''));
  await writeWhole(exchange, FILE.environment, assignments(run.environment, 'export '), 0o640);
  for (const [index, step] of run.steps.entries()) {
    await writeWhole(exchange, FILE.command(index + 1), `${step.command}\n`);
    await writeWhole(exchange, FILE.success(index + 1), `${step.successExitCodes.join(' ')}\n`);
  }
  // Node cannot make a FIFO; mkfifo is in every base image of the launcher (coreutils or busybox).
  await promisify(execFile)('mkfifo', ['-m', '0666', join(exchange, FILE.workerAlive)]);
  await writeWhole(exchange, FILE.run, JSON.stringify(RelayRun.parse(run)));
}
