import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { install, plainLines } from '../../src/local-cluster';
import { removeFolder } from './folder';
import { freePort, unprivilegedUser } from './own-servers';
import { until } from './until';

const PROGRAM = '/usr/sbin/pgbouncer';

/** A PgBouncer of the test's own before a database; `settings` beside its addresses. */
export async function startPgBouncer(
  target: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  await installed();
  const { hostname, port, pathname, username, password } = new URL(target);
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-pgbouncer-'));
  // It refuses to run as root.
  const user = unprivilegedUser('postgres');
  const listens = await freePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: `${listens}`,
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: join(folder, 'users'),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const database = pathname.slice(1);
  const files = {
    'pgbouncer.ini': `[databases]\n${database} = host=${hostname} port=${port}\n[pgbouncer]\n${lines.join('\n')}\n`,
    users: `"${username}" "${password}"\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  if (user) for (const name of ['', ...Object.keys(files)]) chownSync(join(folder, name), user.uid, user.gid);
  const child = spawn(PROGRAM, ['-q', join(folder, 'pgbouncer.ini')], { ...user, stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const url = new URL(target);
  url.port = `${listens}`;
  const answers = async () => {
    const client = new Client({ connectionString: url.href });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  };
  await until(answers, 'PgBouncer answers');
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
      removeFolder(folder);
    },
  };
}

async function installed(): Promise<void> {
  const sentence =
    'PgBouncer, which tests of the database run through, is missing; install it with `apt-get install pgbouncer`.';
  if (!existsSync(PROGRAM) && process.getuid?.() === 0) {
    await install([{ name: 'pgbouncer', sentence, packages: ['pgbouncer'] }], plainLines);
  }
  if (!existsSync(PROGRAM)) throw new Error(sentence);
}
