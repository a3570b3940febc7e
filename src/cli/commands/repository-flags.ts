import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readGiven } from '../api/given-file';
import type { RepositoryChange } from '../api/operations';
import { UserError } from '../run-program';

export interface RepositoryFlags {
  /** False: sources are uploaded again. */
  readonly repository?: string | false;
  readonly branch?: string;
  readonly submodules?: boolean;
  readonly lfs?: boolean;
  readonly sparse?: boolean;
  readonly gitUser?: string;
  readonly tokenFile?: string;
  readonly deployKeyFile?: string;
  readonly knownHostsFile?: string;
}

export function withRepository(command: Command): Command {
  return command
    .option('--repository <url>', 'git repository to fetch the source from: https://…, ssh://… or user@host:path')
    .option('--branch <name>', 'branch that is tracked (default: main)')
    .option('--submodules', 'check out its submodules, too')
    .option('--lfs', 'fetch files that lie in Git LFS; needs a launcher image with git-lfs')
    .option('--sparse', 'lay down the project root alone')
    .option('--git-user <name>', 'user name beside the token (default: git)')
    .option('--token-file <file>', 'file with a token that may read it by https; - is standard input')
    .option('--deploy-key-file <file>', 'file with a private key that may read it by ssh; - is standard input')
    .option('--known-hosts-file <file>', 'known_hosts file by which its ssh server is recognized; - is standard input');
}

/** The same with what takes away again. */
export function withRepositoryChange(command: Command): Command {
  return withRepository(command)
    .option('--no-repository', 'upload sources again; its credentials are forgotten')
    .option('--no-submodules', 'do not check out its submodules')
    .option('--no-lfs', 'leave files that lie in Git LFS pointers')
    .option('--no-sparse', 'lay down everything');
}

/** Undefined where nothing is said of it. @throws UserError */
export function repositoryOf(flags: RepositoryFlags): RepositoryChange | undefined {
  const files = [flags.tokenFile, flags.deployKeyFile, flags.knownHostsFile];
  if (files.filter((file) => file === '-').length > 1) {
    throw new UserError('--token-file, --deploy-key-file, --known-hosts-file: only one of them can be standard input');
  }
  const { submodules, lfs, sparse, gitUser: username } = flags;
  const settings = without({
    ...{ submodules, lfs, sparse, username },
    token: secret(flags.tokenFile, '--token-file')?.trim(),
    deployKey: secret(flags.deployKeyFile, '--deploy-key-file'),
    knownHosts: secret(flags.knownHostsFile, '--known-hosts-file'),
  });
  const { branch } = flags;
  const repository = flags.repository === false ? '' : flags.repository;
  const change = {
    ...without({ repository, branch }),
    ...(Object.keys(settings).length > 0 && { repositorySettings: settings }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

function secret(file: string | undefined, flag: string): string | undefined {
  if (file === undefined) return undefined;
  const text = file === '-' ? readFileSync(0, 'utf8') : readGiven(file, flag);
  if (text.trim() === '') throw new UserError(`${flag}: there is nothing in ${file === '-' ? 'standard input' : file}`);
  return text;
}

type Present<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

const without = <T extends object>(all: T): Present<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Present<T>;
