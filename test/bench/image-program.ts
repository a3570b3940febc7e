import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
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
    args: [...(options.nodeFlags ?? nodeFlagsOf(name)), bundle, name, ...args],
    environment: { ...imageEnvironment(dockerfile), ...environment },
    log,
  });
}

/** The flags of Node with which an image starts its program, whether or not by a script of its own. */
export function nodeFlagsOf(image: string): string[] {
  const [command = ''] = entrypoint(readFileSync(`images/${image}/Dockerfile`, 'utf8'));
  const script = command === 'node' ? undefined : readFileSync(`images/${image}/${basename(command)}`, 'utf8');
  return nodeFlags(readFileSync(`images/${image}/Dockerfile`, 'utf8'), script);
}

/** The flags between `node` and the program, in an image's ENTRYPOINT or in the shell script that it names. */
export function nodeFlags(dockerfile: string, script?: string): string[] {
  const line = script === undefined ? undefined : /^exec (node .*)$/m.exec(script)?.[1];
  const [command, ...rest] = line?.split(' ') ?? entrypoint(dockerfile);
  if (command !== 'node') throw new Error(`nothing starts node, neither the ENTRYPOINT (${command}) nor its script`);
  const program = rest.findIndex((word) => !word.startsWith('-'));
  return rest.slice(0, program === -1 ? undefined : program);
}

function entrypoint(dockerfile: string): string[] {
  const words = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (words === undefined) throw new Error('the Dockerfile has no ENTRYPOINT in JSON form');
  return JSON.parse(words) as string[];
}

/** The variables that an image sets. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const lines = dockerfile.replaceAll('\\\n', ' ').matchAll(/^ENV (.*)$/gm);
  const pairs = [...lines].flatMap(([, line = '']) => line.trim().split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/, 2) as [string, string]));
}
