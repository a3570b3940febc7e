import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A registry of images on this machine, in memory, as far as pushing and pulling need one. */
export interface ImageRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `NAME:TAG` of everything that was pushed. */
  readonly images: readonly string[];
  close(): Promise<void>;
}

type Answer = [status: number, headers?: Readonly<Record<string, string>>, body?: Buffer];

/** @param login when false, whoever pushes is told to log in first */
export async function startImageRegistry({ login = true } = {}): Promise<ImageRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { readonly type: string; readonly body: Buffer }>();
  const images: string[] = [];

  const routes: readonly [
    RegExp,
    (name: string, reference: string, request: IncomingMessage) => Promise<Answer> | Answer,
  ][] = [
    [/^\w+ \/v2\/()()$/, () => [200]],
    [
      /^POST \/v2\/(.+)\/blobs\/uploads\/()$/,
      (name) => [202, { location: `/v2/${name}/blobs/uploads/${randomUUID()}` }],
    ],
    [
      /^PATCH (\/v2\/.+\/blobs\/uploads\/(.+))$/,
      async (location, id, request) => {
        const body = await buffer(request);
        blobs.set(id, Buffer.concat([blobs.get(id) ?? Buffer.alloc(0), body]));
        return [202, { location, range: `0-${blobs.get(id)!.length - 1}` }];
      },
    ],
    [
      /^PUT \/v2\/.+\/blobs\/uploads\/([^?]+)\?digest=(.+)$/,
      async (id, digest, request) => {
        const content = Buffer.concat([blobs.get(id) ?? Buffer.alloc(0), await buffer(request)]);
        if (digestOf(content) !== decodeURIComponent(digest)) return [400];
        blobs.set(digestOf(content), content);
        return [201, { 'docker-content-digest': digestOf(content) }];
      },
    ],
    [/^(?:GET|HEAD) \/v2\/(.+)\/blobs\/(.+)$/, (_name, digest) => found(blobs.get(digest))],
    [
      /^PUT \/v2\/(.+)\/manifests\/(.+)$/,
      async (name, reference, request) => {
        const manifest = { type: request.headers['content-type'] ?? '', body: await buffer(request) };
        for (const key of [reference, digestOf(manifest.body)]) manifests.set(`${name}:${key}`, manifest);
        images.push(`${name}:${reference}`);
        return [201, { 'docker-content-digest': digestOf(manifest.body) }];
      },
    ],
    [
      /^(?:GET|HEAD) \/v2\/(.+)\/manifests\/(.+)$/,
      (name, reference) => {
        const manifest = manifests.get(`${name}:${reference}`);
        return found(manifest?.body, manifest?.type);
      },
    ],
  ];

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (!login) return [401, { 'www-authenticate': 'Basic realm="images"' }];
    const what = `${request.method} ${request.url}`;
    for (const [pattern, route] of routes) {
      const match = pattern.exec(what);
      if (match) return route(match[1] ?? '', match[2] ?? '', request);
    }
    return [404];
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void answer(request).then(([status, headers = {}, body = Buffer.alloc(0)]) => {
      response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, images, close };
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

function found(body: Buffer | undefined, type = 'application/octet-stream'): Answer {
  if (body === undefined) return [404];
  const headers = { 'content-type': type, 'content-length': `${body.length}`, 'docker-content-digest': digestOf(body) };
  return [200, headers, body];
}
