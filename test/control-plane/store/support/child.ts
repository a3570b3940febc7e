import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join('test', 'control-plane', 'store', 'support', 'database-process.ts');

export interface Child {
  /** What it has said so far. */
  readonly said: string[];
  /** Resolves with `said` when there are so many lines, or the process has ended. */
  lines(count: number): Promise<string[]>;
  /** Ends it with SIGKILL, if it has not ended. */
  kill(): Promise<void>;
}

export const startChild = (...args: string[]): Child => startChildWith([], ...args);

/** With further flags of Node. */
export const startChildWith = (flags: readonly string[], ...args: string[]): Child =>
  startProgram(PROGRAM, flags, ...args);

/** Another program, which says on standard output how far it is. */
export function startProgram(program: string, flags: readonly string[], ...args: string[]): Child {
  const child: ChildProcess = spawn(process.execPath, [...flags, '--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const said: string[] = [];
  const reader = createInterface({ input: child.stdout! }).on('line', (line) => said.push(line));
  return {
    said,
    lines: async (count) => {
      while (said.length < count && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(reader, 'line'), ended]);
      }
      return said;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
