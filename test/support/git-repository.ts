import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const AUTHOR = { name: 'Ada Lovelace', email: 'ada@example.com' };

/** Of nobody who has a configuration. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: AUTHOR.name,
  GIT_AUTHOR_EMAIL: AUTHOR.email,
  GIT_COMMITTER_NAME: AUTHOR.name,
  GIT_COMMITTER_EMAIL: AUTHOR.email,
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

/** A bare repository that tests commit to; a real git writes it. */
export class GitRepositoryFolder {
  private readonly tree: string;

  /** @param bare where it lies */
  constructor(readonly bare: string) {
    this.tree = `${bare}.tree`;
    mkdirSync(dirname(bare), { recursive: true });
    this.inFolder('/', 'init', '--quiet', '--bare', '--initial-branch=main', bare);
    this.inFolder('/', 'init', '--quiet', '--initial-branch=main', this.tree);
    this.git('remote', 'add', 'origin', bare);
  }

  /** Commits files by their names and pushes them. @param links symbolic links by their names @returns the hash */
  commit(
    message: string,
    files: Readonly<Record<string, string>>,
    { branch = 'main', links = {} }: { branch?: string; links?: Readonly<Record<string, string>> } = {},
  ): string {
    this.git('checkout', '--quiet', '-B', branch);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.tree, name)), { recursive: true });
      writeFileSync(join(this.tree, name), content);
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(this.tree, name));
    this.git('add', '--all');
    return this.save(message, branch);
  }

  /** Adds another repository as a submodule, whatever its address is. */
  addSubmodule(folder: string, url: string, commit: string): string {
    writeFileSync(join(this.tree, '.gitmodules'), `[submodule "${folder}"]\n\tpath = ${folder}\n\turl = ${url}\n`);
    this.git('add', '.gitmodules');
    this.git('update-index', '--add', '--cacheinfo', `160000,${commit},${folder}`);
    return this.save('Add a submodule', 'main');
  }

  /** Of the bare repository. */
  configure(name: string, value: string): void {
    this.inFolder(this.bare, 'config', name, value);
  }

  git(...args: readonly string[]): string {
    return this.inFolder(this.tree, ...args);
  }

  private save(message: string, branch: string): string {
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    this.git('push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`);
    return this.git('rev-parse', 'HEAD').trim();
  }

  private inFolder(folder: string, ...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' });
  }
}
