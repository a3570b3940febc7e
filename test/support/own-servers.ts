/* What tests need that start servers of their own as processes. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

<<<<<<< HEAD
/** Below the ports that systems give to connections and to those who ask for any port. */
const PORTS = { lowest: 15_000, highest: 29_999 };

/**
 * A port of the loopback that nobody listens on. Nobody else is given it before its server listens, or while that server
 * restarts: tests beside this one open connections and servers all the time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.lowest, PORTS.highest + 1);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
=======
/** A port that nobody listens on, of the loopback unless another address is given. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
>>>>>>> 8c26c32 (Migrate PostgreSQL while others serve: wait for a table for three seconds at most, let them through, and try again; three replicas under load go on with the schema of the release after theirs)
  server.close();
  await once(server, 'close');
  return true;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The first of these users that there is, where this is root and the server must not be; nobody is there everywhere. */
export function unprivilegedUser(...names: readonly string[]): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [found] = [...names, 'nobody'].flatMap((wanted) => lines.filter(([name]) => name === wanted));
  return { uid: Number(found![2]), gid: Number(found![3]) };
}
