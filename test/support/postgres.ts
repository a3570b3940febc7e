import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { fromPackage } from './debian-package';
import { removeFolder } from './folder';
import { freePort, unprivilegedUser, type User } from './own-servers';
import { until } from './until';

const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'secret-of-the-test';

/** A PostgreSQL of the test's own, in a temporary folder, with fsync. */
export interface PostgresServer {
  /** Of the superuser, for a database. */
  url(database: string): string;
  /** @returns the URL of a new, empty database */
  createDatabase(): Promise<string>;
  /**
   * Ends it, and starts it on the same data.
   * @param signal SIGINT ends connections in order (`fast`), SIGQUIT at once, as a crash does (`immediate`), and SIGKILL kills
   * the server alone. @default SIGQUIT
   * @param meanwhile is awaited before the start
   */
  restart(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', meanwhile?: () => Promise<unknown>): Promise<void>;
  /** The server and the processes of its connections. */
  processes(): readonly number[];
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Certificate and key in PEM: it speaks TLS, and nothing else. @default - no TLS */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/**
 * Starts one; it ends with this process, however that ends.
 * @param host address that it listens at, for whoever reaches that
 */
export async function startPostgres(host = '127.0.0.1', { tls }: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await findBinaries();
  // PostgreSQL refuses to run as root.
  const user = unprivilegedUser('postgres');
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ];
  await run(join(binaries, 'initdb'), initdb, folder, user);
  writeFileSync(join(data, 'pg_hba.conf'), `${tls ? 'hostssl' : 'host'} all all all scram-sha-256\n`);
  if (tls) speakTls(data, tls, user);

  const port = await freePort(host);
  const url = (database: string) => `postgresql://postgres:${PASSWORD}@${host}:${port}/${database}`;
  const own = (database: string) => (tls ? `${url(database)}?sslmode=no-verify` : url(database));
  const start = () => launch(join(binaries, 'postgres'), data, { host, port }, user);
  let stop = await start();
  await untilItAnswers(own('postgres'));
  let databases = 0;
  return {
    url,
    createDatabase: async () => {
      const name = `test_${++databases}`;
      await query(own('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    processes: () => processesOf(data),
    restart: async (signal = 'SIGQUIT', meanwhile = () => Promise.resolve()) => {
      const before = processesOf(data);
      process.kill(before[0]!, signal);
      // What a killed server leaves behind ends by itself, and holds the data until then.
      await until(() => !before.some(isAlive), 'PostgreSQL has ended');
      await stop();
      await meanwhile();
      stop = await start();
      await untilItAnswers(own('postgres'));
    },
    stop: async () => {
      await stop();
      removeFolder(folder);
    },
  };
}

/** The newest one of Debian's. */
const findBinaries = (): Promise<string> =>
  fromPackage('postgresql', 'PostgreSQL, which the tests of the store run on', () =>
    (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'initdb'))),
  );

async function run(program: string, args: string[], cwd: string, user: User | undefined): Promise<void> {
  const child = spawn(program, args, { cwd, ...user, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} failed: ${said}`);
}

/** The shell ends the server when its own input ends: with `stop`, or with this process. At once, as a crash does. */
const UNTIL_INPUT_ENDS = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server';

/** @returns what stops it */
async function launch(
  program: string,
  data: string,
  { host, port }: { readonly host: string; readonly port: number },
  user: User | undefined,
): Promise<() => Promise<void>> {
  const settings = { listen_addresses: host, port: `${port}`, unix_socket_directories: '', fsync: 'on' };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const shell = spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', program, '-D', data, ...args], {
    cwd: data,
    ...user,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(shell, 'close');
  await once(shell, 'spawn');
  return async () => {
    shell.stdin.end();
    await ended;
  };
}

/** The server comes first. */
function processesOf(data: string): number[] {
  const [line = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  const server = Number(line);
  const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8');
  return [server, ...children.trim().split(' ').filter(Boolean).map(Number)];
}

function isAlive(pid: number): boolean {
  try {
    // Of one that has ended and whom nobody has asked about yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Everything lies in its data folder. */
function speakTls(data: string, tls: NonNullable<PostgresOptions['tls']>, user: User | undefined): void {
  for (const [name, text] of Object.entries({ 'server.crt': tls.certificate, 'server.key': tls.key })) {
    const path = join(data, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (user) chownSync(path, user.uid, user.gid);
  }
  appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n');
}

async function untilItAnswers(url: string): Promise<void> {
  const answers = () =>
    query(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
  await until(answers, 'PostgreSQL answers');
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
