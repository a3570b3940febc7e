/* Run as a thread by Node itself, which only takes the types out: no imports of ours, nothing that has to be compiled. */
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

const PAUSE_MS = 10;

const server = createServer((_, response) => response.end('{}'));
const agent = new Agent({ keepAlive: true });
let slowest = 0;

async function ask(port: number): Promise<void> {
  const sent = request({ port, host: '127.0.0.1', agent }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
}

/** A server that does nothing is asked again and again; how long its slowest answer took is told, and forgotten, when asked for. */
async function main(): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  parentPort?.on('message', () => {
    parentPort?.postMessage(slowest);
    slowest = 0;
  });
  for (;;) {
    const before = performance.now();
    await ask(port);
    slowest = Math.max(slowest, performance.now() - before);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

void main();
