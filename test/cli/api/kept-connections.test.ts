import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiClient } from '../../../src/cli/api/client';
import { DELETE_POOL, POOLS } from '../../../src/cli/api/documents';

/** As a proxy whose patience with a kept connection ended while the request was on its way. */
describe('a server that ends connections at their second request', () => {
  let server: Server;
  let client: ApiClient;
  /** What was asked over each connection, in the order in which they were made. */
  let asked: Map<Socket, string[]>;

  beforeEach(async () => {
    asked = new Map();
    server = createServer((request, response) => void serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    client = new ApiClient({ url: `http://127.0.0.1:${port}`, ca: undefined, id: 'id', secret: () => 'secret' });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = asked.get(request.socket) ?? [];
    asked.set(request.socket, over);
    const body = request.method === 'POST' ? ((await json(request)) as { query: string }).query : '';
    over.push(/apiKeyUser|workerPoolDelete|workerPools/.exec(body)?.[0] ?? request.url!);
    if (over.length > 1) request.socket.resetAndDestroy();
    else
      response.end(JSON.stringify({ data: { apiKeyUser: { jwt: 'jwt' }, workerPools: [], workerPoolDelete: null } }));
  }

  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  const overEach = () => [...asked.values()];

  test('answers a query over a new connection', async () => {
    expect(await client.query(POOLS)).toMatchObject({ workerPools: [] });
    expect(overEach()).toEqual([['apiKeyUser', 'workerPools'], ['workerPools']]);
  });

  test('answers a download over a new connection', async () => {
    expect(await text(await client.stream('/api/v1/runs/run/log'))).toContain('data');
    expect(overEach()).toEqual([['apiKeyUser', '/api/v1/runs/run/log'], ['/api/v1/runs/run/log']]);
  });

  test('is not sent a mutation twice, which it may have carried out', async () => {
    await expect(client.query(DELETE_POOL, { id: 'pool' })).rejects.toThrow(/ECONNRESET/);
    expect(overEach()).toEqual([['apiKeyUser', 'workerPoolDelete']]);
  });
});
