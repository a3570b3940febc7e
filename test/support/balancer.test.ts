import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { listen, type Listener } from '../../src/control-plane/listen';
import { Balancer } from './balancer';

let balancer: Balancer;
let open: (Listener | Socket)[];

beforeEach(async () => {
  balancer = await Balancer.start();
  open = [];
});

afterEach(async () => {
  for (const one of open) await ('port' in one ? one.close() : one.destroy());
  await balancer.close();
});

/** Answers a question, once it is complete, with its name. */
async function backEnd(name: string): Promise<Listener> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    void text(socket).then((question) => socket.end(`${name}: ${question}`));
  });
  const listener = await listen(server, { host: '127.0.0.1', port: 0 });
  open.push(listener);
  return listener;
}

function dial(): Socket {
  const socket = connect({ port: balancer.port, host: '127.0.0.1', allowHalfOpen: true });
  open.push(socket);
  return socket;
}

async function ask(question: string): Promise<string> {
  const socket = dial();
  socket.end(question);
  return text(socket);
}

test('connections go to one back end after the other, and pass over one that is down', async () => {
  const [one, two] = [await backEnd('one'), await backEnd('two')];
  balancer.backEnds = [one.port, two.port];
  expect([await ask('a'), await ask('b'), await ask('c')]).toEqual(['one: a', 'two: b', 'one: c']);
  await one.close();
  expect([await ask('d'), await ask('e')]).toEqual(['two: d', 'two: e']);
});

test('a connection is reset when no back end is up', async () => {
  const gone = await backEnd('gone');
  balancer.backEnds = [gone.port];
  await gone.close();
  const [error] = (await once(dial(), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('a connection is reset when its back end goes away', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const faithless = await listen(server, { host: '127.0.0.1', port: 0 });
  open.push(faithless);
  balancer.backEnds = [faithless.port];
  const socket = dial();
  socket.write('half a question');
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});
