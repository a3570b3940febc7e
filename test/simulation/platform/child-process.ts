/* In place of `node:child_process` for `init`, which has nothing but pipes made by a program. */
import { volumes } from './files';

/** What the steps show of a plan or of outputs is not simulated: without their pipes nobody waits for it. */
const SHOWN = /\/(plan|outputs)$/;

export function execFile(program: string, args: readonly string[], done: (error: Error | null) => void): void {
  const path = args.at(-1) ?? '';
  if (program !== 'mkfifo') return done(new Error(`there is no ${program} in the simulation`));
  if (!SHOWN.test(path)) volumes.now.pipe(path);
  done(null);
}
