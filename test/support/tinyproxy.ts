import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fromPackage } from './debian-package';
import { removeFolder, temporaryFolder } from './folder';
import { freePort } from './own-servers';
import { until } from './until';

const PROGRAM = '/usr/bin/tinyproxy';

/** This machine to Linux, but to no rule of proxies: who is reached there is reached through the proxy. */
export const PROXIED_HOST = '0.0.0.0';

/** Lines of its configuration beside where it listens, such as `BasicAuth user password`. */
type Settings = readonly string[];

/** A tinyproxy of the test's own. */
export class Tinyproxy {
  private log = '';

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.stdout!.on('data', (text) => (this.log += String(text)));
  }

  static async start(...settings: Settings): Promise<Tinyproxy> {
    const program = await fromPackage('tinyproxy', 'tinyproxy, a real proxy for tests', () =>
      existsSync(PROGRAM) ? PROGRAM : undefined,
    );
    const folder = temporaryFolder();
    const port = await freePort();
    const file = join(folder, 'tinyproxy.conf');
    const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'LogLevel Connect', 'MaxClients 100', ...settings];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const child = spawn(program, ['-d', '-c', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => child.kill('SIGKILL'));
    const proxy = new Tinyproxy(folder, child, port);
    await until(() => accepts(port), 'tinyproxy accepts connections');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What tunnels were asked for, as `host:port`. */
  get asked(): string[] {
    return [...this.log.matchAll(/: CONNECT (\S+) HTTP/g)].map(([, to = '']) => to);
  }

  async stop(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
    removeFolder(this.folder);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const is = await new Promise<boolean>((resolve) =>
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
  );
  socket.destroy();
  return is;
}
