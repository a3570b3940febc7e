/* Run as a thread by Node itself, which only takes the types out: no imports of ours, nothing that has to be compiled. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** What is done over many connections at once. */
export interface Rudeness {
  readonly connections: number;
  /** What each sends at first; `######` becomes the number of the connection. */
  readonly first: string;
  /** What each sends again and again after that. */
  readonly then?: { readonly text: string; readonly times: number; readonly everyMs: number };
  /** What each sends in the end. */
  readonly last?: string;
  /** Whether an answer is waited for, and read. @default true */
  readonly waits?: boolean;
}

/** Where it goes, and the address that it comes from. */
export interface Place {
  readonly port: number;
  readonly from: string;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const numbered = (text: string, index: number): string => text.replaceAll('######', String(index).padStart(6, '0'));

async function carryOut(
  { port, from }: Place,
  { connections, first, then, last, waits = true }: Rudeness,
): Promise<number[]> {
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    // A server may end a connection at any time.
    socket.on('error', () => undefined);
    if (!waits) socket.pause();
    return socket;
  });
  const statuses = sockets.map((socket) => (waits ? statusOf(socket) : Promise.resolve(0)));
  sockets.forEach((socket, index) => socket.write(numbered(first, index)));
  for (let round = 0; then && round < then.times; round += 1) {
    for (const socket of sockets) if (!socket.destroyed) socket.write(then.text);
    await pause(then.everyMs);
  }
  if (last !== undefined) for (const socket of sockets) if (!socket.destroyed) socket.write(last);
  const found = await Promise.all(statuses);
  if (waits) for (const socket of sockets) socket.destroy();
  return found;
}

/** Of the first answer; 0 where the connection ends without one. */
async function statusOf(socket: Socket): Promise<number> {
  const answered = once(socket, 'data').then(([data]) => String(data));
  const text = await Promise.race([answered, once(socket, 'close').then(() => '')]).catch(() => '');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
}

parentPort?.on('message', ({ place, rudeness }: { place: Place; rudeness: Rudeness }) => {
  void carryOut(place, rudeness).then((statuses) => parentPort?.postMessage(statuses));
});
