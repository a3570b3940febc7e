import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiServer } from './api-server';

interface Refusal {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly message: string;
}

/**
 * Stands before the shared API server, for what it does not do by itself: it has no rights to take away (every request is
 * allowed) and no key server that fails. Counts what passes.
 */
export class ApiProxy {
  readonly requests: { readonly method: string; readonly path: string; body: string }[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'api-proxy-'));
  private refusals: Refusal[] = [];

  private constructor(
    private readonly server: Server,
    private readonly agent: Agent,
  ) {}

  static async start(): Promise<ApiProxy> {
    const { ca, certificate, privateKey } = apiServer();
    const agent = new Agent({ keepAlive: true, ca, cert: certificate, key: privateKey });
    const server = createServer();
    const proxy = new ApiProxy(server, agent);
    server.on('request', (request, response) => proxy.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A kubeconfig that leads through the proxy. */
  get kubeconfig(): string {
    const path = join(this.folder, 'kubeconfig');
    const { port } = this.server.address() as AddressInfo;
    writeFileSync(
      path,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        // Without it no address without TLS is taken.
        clusters: [
          { name: 'proxy', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'nobody', user: {} }],
        contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'nobody' } }],
        'current-context': 'proxy',
      }),
    );
    return path;
  }

  /** Answers such requests in the API server's place, until the result is called. */
  refuse(method: string, path: RegExp, status: number, message: string): () => void {
    const refusal = { method, path, status, message };
    this.refusals.push(refusal);
    return () => (this.refusals = this.refusals.filter((one) => one !== refusal));
  }

  count(method: string, path: RegExp): number {
    return this.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.agent.destroy();
    rmSync(this.folder, { recursive: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    const noted = { method, path: url, body: '' };
    this.requests.push(noted);
    request.on('data', (chunk: Buffer) => (noted.body += chunk.toString()));
    const refusal = this.refusals.find((one) => one.method === method && one.path.test(url));
    if (refusal) {
      const { status, message } = refusal;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', status: 'Failure', code: status, message }));
      return;
    }
    const { host: _, ...headers } = request.headers;
    const onward = httpsRequest(new URL(url, apiServer().url), { method, headers, agent: this.agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}
