import type { Command as Program } from 'commander';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKER_KIND, WORKER_POOL_KIND } from '../../../src/api';
import { isGroup } from '../../../src/cli/api/help';
import { allCommands } from '../../../src/cli/commands';
import { pluginCommands } from '../../../src/cli/kubectl';
import { findHelm, findKubectl } from '../../../src/local-cluster/tools';
import { flagsOf, type Command } from './shell';

const ROOT = process.cwd();

export interface Output {
  readonly ok: boolean;
  readonly text: string;
}

/** What is wrong with a command of a page; nothing when it is right. `folder` has the files that the page tells to write. */
type Check = (command: Command, folder: string) => Promise<string | undefined> | string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  docker: checkDocker,
  helm: checkHelm,
  kubectl: checkKubectl,
  node: checkNode,
  npm: checkNpm,
  npx: checkNpx,
  pip: checkPip,
  'worker-pools': checkWorkerPools,
};

/** Programs of which a page uses nothing that changes. */
const PLAIN = new Set([
  'base64',
  'cat',
  'cd',
  'cp',
  'cut',
  'export',
  'git',
  'grep',
  'ls',
  'mkdir',
  'openssl',
  'printf',
  'python',
  'rm',
  'sh',
  'ssh-keygen',
  'ssh-keyscan',
  'sha256sum',
  'tofu',
  'xargs',
]);

export async function problemWith(command: Command, folder: string): Promise<string | undefined> {
  const [program = ''] = command;
  if (PLAIN.has(program)) return undefined;
  const check = CHECKS[program];
  if (check === undefined) return `the tests do not know the program ${program}`;
  const problem = await check(command, folder);
  return problem && `${command.join(' ')}: ${problem}`;
}

export function execute(program: string, args: readonly string[], cwd: string): Promise<Output> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, text: stdout + stderr }),
    );
  });
}

/** Installing is rehearsed with `helm template`, which needs no cluster and takes the same chart and values. */
async function checkHelm([, verb = '', ...args]: Command, folder: string): Promise<string | undefined> {
  const helm = await findHelm();
  const unknown = await unknownFlag(helm, [verb, ...args], folder);
  if (unknown !== undefined) return unknown;
  if (verb === 'lint') return failure(await execute(helm, [verb, ...args], folder));
  if (!['install', 'upgrade', 'template'].includes(verb)) return undefined;
  const { text: help } = await execute(helm, ['template', '--help'], folder);
  const known = args.filter((word) => !word.startsWith('--') || help.includes(word.replace(/=.*$/, '')));
  return failure(await execute(helm, ['template', ...known], folder));
}

async function checkKubectl([, ...words]: Command, folder: string): Promise<string | undefined> {
  if (words[0] === 'worker-pools') return checkCommand(words.slice(1), pluginCommands());
  const kubectl = await findKubectl();
  const end = words.indexOf('--');
  const args = end === -1 ? words : words.slice(0, end);
  if (end !== -1) {
    const problem = await problemWith(words.slice(end + 1), folder);
    if (problem !== undefined) return problem;
  }
  const [verb = '', type = ''] = positionals(args);
  if (OF_A_TYPE.has(verb) && /^work/.test(type) && !areResources(type)) return `no resource is called ${type}`;
  for (const [index, word] of args.entries()) {
    const path = args[index + 1] ?? '';
    if (['-f', '-k'].includes(word) && !isThere(path, folder)) return `the page says nothing of the file ${path}`;
  }
  return unknownFlag(kubectl, args, folder, (await execute(kubectl, ['options'], folder)).text);
}

/** The program in the image of the control plane. */
const IN_THE_IMAGE = '/app/control-plane.mjs';

function checkNode([, script = '', ...args]: Command): string | undefined {
  return script === IN_THE_IMAGE ? checkWorkerPools(['worker-pools', ...args]) : `no page has ${script}`;
}

/** Verbs behind which the type of a resource stands. */
const OF_A_TYPE = new Set(['annotate', 'delete', 'describe', 'explain', 'get', 'label', 'patch', 'scale', 'wait']);

/** The words of kubectl that are neither flags nor their values: `kubectl -n team get pods` is `get pods`. */
const positionals = (args: Command): string[] =>
  args.filter(
    (word, at) => !word.startsWith('-') && !/^(-[nflko]|--(namespace|selector|output))$/.test(args[at - 1] ?? ''),
  );

const areResources = (word: string): boolean =>
  word.split(',').every((name) => resourceNames().has(name.replace(/[/.].*$/, '')));

const resourceNames = (): Set<string> =>
  new Set(
    [WORKER_POOL_KIND, WORKER_KIND].flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]),
  );

/** What commands of the pages write: `cdk8s synth`, and `worker-pools pool create --out`. */
const WRITTEN = ['dist', 'manifests', 'synth', 'production'];

const isThere = (path: string, folder: string): boolean =>
  path === '-' || existsSync(join(folder, path)) || WRITTEN.includes(path.replace(/^\.\//, '').split('/')[0] ?? '');

/** A flag that the program's own help does not have. */
async function unknownFlag(program: string, args: Command, folder: string, more = ''): Promise<string | undefined> {
  const { ok, text } = await execute(program, [...positionals(args).slice(0, 3), '--help'], folder);
  if (!ok) return text;
  const help = ` ${text} ${more} `;
  const unknown = flagsOf(args).find((flag) => !new RegExp(`[\\s,]${flag}[\\s,=]`).test(help));
  return unknown && `there is no flag ${unknown}`;
}

interface Manifest {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** What a reader installs beside this package: a cdk8s app in TypeScript has these. */
const COMPANIONS = ['cdk8s-cli', 'tsx', 'typescript'];

function checkNpm([, verb = '', ...args]: Command): string | undefined {
  const { name, scripts, peerDependencies } = manifest();
  const script = (verb === 'run' ? args : [verb]).find((word) => !word.startsWith('-')) ?? '';
  if (verb === 'run' || verb === 'test') return script in scripts ? undefined : `there is no script ${script}`;
  if (verb === 'ci') return undefined;
  if (verb !== 'install') return `the tests do not know npm ${verb}`;
  const known = [name, ...Object.keys(peerDependencies), ...COMPANIONS];
  const stranger = args.find((word) => !word.startsWith('-') && !known.includes(word.replace(/@.*$/, '')));
  return stranger && `${stranger} is neither this package nor one that goes with it`;
}

async function checkNpx([, program = '', ...args]: Command, folder: string): Promise<string | undefined> {
  const path = join(ROOT, 'node_modules/.bin', program);
  if (program === 'cdk8s') return unknownFlag(path, args, folder);
  if (program === 'tsx' && args[0]?.startsWith('examples/')) return failure(await execute(path, args, ROOT));
  return `the tests do not know npx ${program} ${args[0] ?? ''}`;
}

/** What is built has to be there, and only what was built is pushed. */
function checkDocker([, verb = '', ...args]: Command): string | undefined {
  if (verb === 'push') return undefined;
  if (verb !== 'build') return `the tests do not know docker ${verb}`;
  const file = args[args.indexOf('--file') + 1] ?? '';
  return existsSync(file) ? undefined : `there is no ${file}`;
}

function checkPip([, verb, ...packages]: Command): string | undefined {
  const stranger = packages.find((name) => name !== manifest().name);
  return verb === 'install' && stranger === undefined ? undefined : `pip ${verb} ${stranger}`;
}

function checkWorkerPools([, ...args]: Command): string | undefined {
  return checkCommand(args, allCommands());
}

function checkCommand(args: Command, all: readonly Program[]): string | undefined {
  let commands = all;
  let program: Program | undefined;
  for (const word of args) {
    const next = commands.find((command) => command.name() === word);
    if (next === undefined) break;
    [program, commands] = [next, next.commands];
  }
  if (program === undefined) return `there is no command ${args[0] ?? ''}`;
  if (isGroup(program)) return `one of ${commands.map((command) => command.name()).join(', ')} has to follow`;
  const known = program.options.flatMap(({ short, long }) => [short, long]);
  const unknown = flagsOf(args).find((flag) => !known.includes(flag));
  return unknown && `there is no flag ${unknown}`;
}

const failure = ({ ok, text }: Output): string | undefined => (ok ? undefined : text);
