/* What tests need that start servers of their own as processes. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Below the ports that systems give to connections and to those who ask for any port. */
const PORTS = { lowest: 15_000, highest: 29_999 };

/**
 * A port that nobody listens on, of the loopback unless another address is given. Nobody else is given it before its server listens, or while that server
 * restarts: tests beside this one open connections and servers all the time.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.lowest, PORTS.highest + 1);
    if (await isFree(host, port)) return port;
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
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
