import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { install, plainLines } from '../../src/local-cluster';

const PROGRAM = '/usr/bin/promtool';

/** What Prometheus' own tool says, with what it was asked to read on its standard input. */
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ readonly exitCode: number; readonly said: string }> {
  await installed();
  return new Promise((resolve) => {
    const child = execFile(PROGRAM, args, { timeout: 60_000 }, (error, out, err) => {
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, said: `${out}${err}` });
    });
    child.stdin!.end(input);
  });
}

async function installed(): Promise<void> {
  const sentence =
    'promtool, by which metrics and alerts are checked, is missing; install it with `apt-get install prometheus`.';
  if (!existsSync(PROGRAM) && process.getuid?.() === 0) {
    await install([{ name: 'promtool', sentence, packages: ['prometheus'] }], plainLines);
  }
  if (!existsSync(PROGRAM)) throw new Error(sentence);
}
