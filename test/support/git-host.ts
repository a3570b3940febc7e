import { execFileSync, spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KeyFiles } from '../../src/control-plane/key-files';
import { Authority } from '../../src/control-plane/pki/authority';
import { removeFolder, temporaryFolder } from './folder';
import { GitRepositoryFolder } from './git-repository';

interface Asked {
  /** By which name it was reached, with the port. */
  readonly host: string;
  readonly url: string;
  readonly authorization: string;
}

/** A git host over https: git's own server behind TLS, which wants a token where one is set. */
export class GitHost {
  /** Of repositories that are not public. */
  token = '';
  /** Each request with what it was authorized by. */
  readonly requests: Asked[] = [];
  /** What is answered in place of the usual; it is asked of each request. */
  fault: (url: string) => number | 'hang up' | undefined = () => undefined;

  /** As hosts of before version 2 of git's protocol, which gives out any commit. @default false */
  hidesVersion2 = false;

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<GitHost> {
    const folder = temporaryFolder();
    const authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
    const pair = await authority.issueServer(['localhost', '127.0.0.1']);
    let host: GitHost | undefined = undefined;
    const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) =>
      host!.answer(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = new GitHost(folder, server);
    return host;
  }

  get ca(): string {
    return join(this.folder, 'ca.crt');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(name: string): string {
    return `https://localhost:${this.port}/${name}.git`;
  }

  repository(name: string): GitRepositoryFolder {
    return new GitRepositoryFolder(join(this.folder, `${name}.git`));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
    removeFolder(this.folder);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    const authorization = request.headers.authorization ?? '';
    this.requests.push({ host: request.headers.host ?? '', url, authorization });
    const fault = this.fault(url);
    if (fault === 'hang up') return void request.socket.destroy();
    if (fault !== undefined) return void response.writeHead(fault).end();
    const password = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')[1];
    if (this.token !== '' && password !== this.token) {
      return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    }
    this.serve(request, response, new URL(url, 'https://localhost'));
  }

  /** By CGI. */
  private serve(request: IncomingMessage, response: ServerResponse, { pathname, search }: URL): void {
    const child = spawn(join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend'), {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: this.folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: this.hidesVersion2 ? '' : String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
    let head: Buffer | undefined = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === undefined) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const lines = head.subarray(0, end).toString().split('\r\n');
      const headers = lines.map((line) => line.split(': ') as [string, string]);
      const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
      response.writeHead(parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
      response.write(head.subarray(end + 4));
      head = undefined;
    });
    child.stdout.on('end', () => response.end());
  }
}
