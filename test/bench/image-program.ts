import { readFileSync } from 'node:fs';
import { ProgramProcess, type ProgramOptions } from '../support/program-process';

export interface ImageProgramOptions extends Omit<ProgramOptions, 'args'> {
  /** Name of the image and of the program's command. */
  readonly name: 'controller' | 'control-plane';
  /** Path of the program's bundle. */
  readonly bundle: string;
  /** Arguments after the name of the command. */
  readonly args: readonly string[];
  /** Flags of Node. @default those of the image */
  readonly nodeFlags?: readonly string[];
}

/** Starts a bundle as its image does: what is measured is what is shipped. */
export function startImageProgram(options: ImageProgramOptions): ProgramProcess {
  const { name, bundle, args, environment, log } = options;
  const dockerfile = readFileSync(`images/${name}/Dockerfile`, 'utf8');
  return new ProgramProcess({
    name: `the ${name}`,
    args: [...(options.nodeFlags ?? nodeFlags(dockerfile)), bundle, name, ...args],
    environment: { ...imageEnvironment(dockerfile), ...environment },
    log,
  });
}

/** The flags between `node` and the program in an image's ENTRYPOINT. */
export function nodeFlags(dockerfile: string): string[] {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (entrypoint === undefined) throw new Error('the Dockerfile has no ENTRYPOINT in JSON form');
  const [, ...rest] = JSON.parse(entrypoint) as string[];
  const program = rest.findIndex((word) => !word.startsWith('-'));
  return rest.slice(0, program === -1 ? undefined : program);
}

/** The variables that an image sets. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const lines = dockerfile.replaceAll('\\\n', ' ').matchAll(/^ENV (.*)$/gm);
  const pairs = [...lines].flatMap(([, line = '']) => line.trim().split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/, 2) as [string, string]));
}
