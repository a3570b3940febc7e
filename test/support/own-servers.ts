/* What tests need that start servers of their own as processes. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
