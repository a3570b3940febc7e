import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Connections, LARGEST_ANSWER_BYTES } from '../../../src/protocol/client/connections';
import { until } from '../../support/until';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const answer: Handler = (request, response) => {
  request.resume().once('end', () => response.end('{}'));
};

describe('the connections of a session', () => {
  let server: Server;
  let connections: Connections;
  let handler: Handler;
  /** In the order in which they were made; those that have ended, too. */
  let made: Socket[];
  /** For each request, the number of its connection. */
  let over: number[];

  beforeEach(async () => {
    [handler, made, over] = [answer, [], []];
    server = createServer((request, response) => {
      over.push(made.indexOf(request.socket));
      handler(request, response);
    });
    server.on('connection', (socket) => made.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    connections = new Connections(`http://127.0.0.1:${port}`, { connectWithinMs: 10_000 });
  });

  afterEach(async () => {
    await connections.close();
    server.closeAllConnections();
    server.close();
  });

  const post = (path = '/watch') => connections.post({ path, headers: {}, body: '{}', answerWithinMs: 10_000 });
  const open = () => made.filter(({ destroyed }) => !destroyed).length;

  /** Requests that are not answered until they are let go. */
  function held(count: number): { readonly letGo: () => Promise<unknown> } {
    const waiting: (() => void)[] = [];
    handler = (...exchange) => waiting.push(() => answer(...exchange));
    const asked = Array.from({ length: count }, () => post());
    const all = Promise.all(asked);
    all.catch(() => undefined);
    return {
      letGo: async () => {
        await until(() => waiting.length > 0, 'a request comes');
        handler = answer;
        for (const go of waiting) go();
        return all;
      },
    };
  }

  test('take turns, so that none of them is idle for longer than the other is in use', async () => {
    for (let asked = 0; asked < 6; asked += 1) await post();
    expect(over).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('are two while a long poll waits and one thing after another is asked beside it', async () => {
    const { letGo } = held(1);
    await until(() => over.length === 1, 'the long poll waits');
    handler = answer;
    for (let asked = 0; asked < 5; asked += 1) await post('/report');
    expect(over.slice(1)).toEqual([1, 1, 1, 1, 1]);
    await letGo();
  });

  test('are four at most while more is asked at once, and two again soon after', async () => {
    const { letGo } = held(9);
    await until(() => over.length === 4, 'four are under way');
    expect(open()).toBe(4);
    await letGo();
    expect(over).toHaveLength(9);
    await until(() => open() === 2, 'the further ones end');
  });

  test('are begun at the path of the endpoint', async () => {
    const paths: (string | undefined)[] = [];
    handler = (request, response) => (paths.push(request.url), answer(request, response));
    const { port } = server.address() as AddressInfo;
    const behind = new Connections(`http://127.0.0.1:${port}/pools/`, { connectWithinMs: 10_000 });
    await behind.post({ path: '/watch', headers: {}, body: '{}', answerWithinMs: 10_000 });
    await behind.close();
    expect(paths).toEqual(['/pools/watch']);
  });

  test('read no answer that is larger than any of a control plane', async () => {
    const piece = Buffer.alloc(1024 * 1024, ' ');
    let sent = 0;
    handler = (request, response) => {
      request.resume();
      const endless = new Readable({ read: () => void endless.push(((sent += piece.length), piece)) });
      endless.on('error', () => undefined);
      endless.pipe(response);
    };
    await expect(post()).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    expect(sent).toBeLessThan(LARGEST_ANSWER_BYTES + 32 * piece.length);
    handler = answer;
    expect(await post()).toEqual({ statusCode: 200, text: '{}' });
  });

  describe('when the server has closed one that was kept', () => {
    /** As one whose patience ended while the request was on its way. */
    const closesKept: Handler = (request, response) => {
      if (over.filter((connection) => connection === over.at(-1)).length > 1) request.socket.resetAndDestroy();
      else answer(request, response);
    };

    test('the request goes over a new one', async () => {
      handler = closesKept;
      for (let asked = 0; asked < 4; asked += 1) expect(await post()).toEqual({ statusCode: 200, text: '{}' });
      expect(over).toEqual([0, 1, 0, 2, 1, 3]);
    });

    test('it is tried once more and not again', async () => {
      await post();
      await post();
      handler = ({ socket }) => void socket.resetAndDestroy();
      await expect(post()).rejects.toThrow();
      expect(over).toEqual([0, 1, 0, 2]);
    });

    test('a request over a connection that was made for it is not repeated', async () => {
      handler = ({ socket }) => void socket.resetAndDestroy();
      await expect(post()).rejects.toThrow();
      expect(over).toEqual([0]);
    });
  });
});
