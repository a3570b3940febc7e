import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '../../support/folder';

/** What git would read from the machine is left out. */
export const GIT_ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export const git = (folder: string, ...words: string[]): string =>
  execFileSync('git', words, {
    cwd: folder,
    env: GIT_ENVIRONMENT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** A git host on the loopback interface: git's own smart HTTP server, `git http-backend`. */
export class GitHost {
  /** Method and target of what was asked. */
  readonly asked: string[] = [];
  /** Headers of the last request. */
  headers: IncomingMessage['headers'] = {};
  /** `user:password`; '' asks for none. */
  credentials = '';
  /** What happens in place of an answer. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;

  private constructor(
    private readonly server: Server,
    readonly folder: string,
  ) {
    server.on('request', (request, response) => this.answer(request, response));
  }

  static async start(): Promise<GitHost> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new GitHost(server, temporaryFolder());
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A bare repository with one commit of these files, and of these submodules by their commits. @returns the commit */
  addRepository(
    path: string,
    files: Readonly<Record<string, string>>,
    modules: Readonly<Record<string, string>> = {},
  ): string {
    const bare = join(this.folder, path);
    const work = join(this.folder, `work of ${path.replaceAll('/', ' ')}`);
    mkdirSync(bare, { recursive: true });
    mkdirSync(work);
    git(bare, 'init', '--quiet', '--bare', '--initial-branch=main');
    git(work, 'init', '--quiet', '--initial-branch=main');
    for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content);
    git(work, 'add', '.');
    for (const [folder, commit] of Object.entries(modules)) {
      git(work, 'update-index', '--add', '--cacheinfo', `160000,${commit},${folder}`);
    }
    git(work, 'commit', '--quiet', '-m', 'first');
    git(work, 'push', '--quiet', bare, 'main');
    return git(work, 'rev-parse', 'HEAD').trim();
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
    removeFolder(this.folder);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    this.asked.push(`${method} ${url}`);
    this.headers = request.headers;
    if (this.instead?.(request, response)) return;
    const expected = `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    if (this.credentials !== '' && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    this.carryOut(request, response);
  }

  private carryOut(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? '/', this.url);
    const { headers } = request;
    const child = spawn('git', ['http-backend'], {
      env: {
        ...GIT_ENVIRONMENT,
        GIT_PROJECT_ROOT: this.folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
        ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
      },
    });
    request.pipe(child.stdin.on('error', () => undefined));
    response.on('close', () => child.kill());
    let head = Buffer.alloc(0);
    const readHead = (piece: Buffer) => {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', readHead);
      const lines = head.subarray(0, end).toString().split('\r\n');
      const pairs = lines.map((line) => line.split(/: */, 2) as [string, string]);
      const { Status: status = '200', ...rest } = Object.fromEntries(pairs);
      response.writeHead(Number.parseInt(status), rest);
      response.write(head.subarray(end + 4));
      child.stdout.pipe(response);
    };
    child.stdout.on('data', readHead);
  }
}
