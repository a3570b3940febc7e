import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromPackage } from './debian-package';
import { removeFolder } from './folder';
import { freePort, unprivilegedUser, type User } from './own-servers';
import { until } from './until';

const PROGRAM = '/usr/sbin/mosquitto';
const PAGE = join(import.meta.dirname, '../../docs/operations/mqtt-broker.md');

/** What the broker is configured with, beside what docs/operations/mqtt-broker.md says. */
export interface MosquittoFiles {
  readonly 'ca.crt': string;
  readonly 'crl.pem': string;
  readonly 'server.crt': string;
  readonly 'server.key': string;
}

interface MosquittoAddress {
  /** @default the loopback */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
}

/** A mosquitto of the test's own, with the configuration that the documentation gives. */
export class Mosquitto {
  private child!: ChildProcess;
  log = '';

  private constructor(
    private readonly folder: string,
    private readonly host: string,
    readonly port: number,
    private readonly user: User | undefined,
  ) {}

  static async start(files: MosquittoFiles, address: MosquittoAddress = {}): Promise<Mosquitto> {
    await findProgram();
    const folder = mkdtempSync(join(tmpdir(), 'worker-pools-mosquitto-'));
    // As root it would go on under a user of its own, who cannot read the test's folder.
    const user = unprivilegedUser();
    const { host = '127.0.0.1', port = await freePort(host) } = address;
    const broker = new Mosquitto(folder, host, port, user);
    if (user) chownSync(folder, user.uid, user.gid);
    const page = readFileSync(PAGE, 'utf8');
    const conf = contentOf('conf.d/worker-pools.conf', page)
      .replaceAll('/etc/mosquitto/worker-pools', folder)
      .replace('listener 8883', `listener ${port} ${host}`);
    broker.write('mosquitto.conf', `${conf}log_dest stderr\nlog_type all\n`);
    broker.write('acl', contentOf('worker-pools/acl', page));
    for (const [name, text] of Object.entries(files)) broker.write(name, text as string);
    await broker.launch();
    return broker;
  }

  get url(): string {
    return `mqtts://${this.host}:${this.port}`;
  }

  write(name: string, text: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (this.user) chownSync(path, this.user.uid, this.user.gid);
  }

  /** Takes the list of revoked certificates anew. */
  async reload(): Promise<void> {
    const before = this.log.length;
    this.child.kill('SIGHUP');
    // It says so and does it before it looks at its connections again.
    await until(() => this.log.slice(before).includes('Reloading config'), 'mosquitto reloads');
  }

  async restart(meanwhile: () => unknown = () => undefined, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.end(signal);
    await meanwhile();
    await this.launch();
  }

  async stop(): Promise<void> {
    await this.end();
    removeFolder(this.folder);
  }

  private async launch(): Promise<void> {
    const before = this.log.length;
    const conf = join(this.folder, 'mosquitto.conf');
    this.child = spawn(PROGRAM, ['-c', conf], { ...this.user, stdio: ['ignore', 'pipe', 'pipe'] });
    const note = (text: Buffer): void => void (this.log += text.toString());
    this.child.stdout!.on('data', note);
    this.child.stderr!.on('data', note);
    const { child } = this;
    process.once('exit', () => child.kill('SIGKILL'));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${this.log}`);
      return this.log.slice(before).includes('running');
    }, 'mosquitto runs');
  }

  private async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill(signal);
    await closed;
  }
}

/** The block below the path of a file. */
function contentOf(file: string, page: string): string {
  const found = page.split(`/etc/mosquitto/${file}\`:`)[1]?.split(/```\w*\n/)[1];
  if (found === undefined) throw new Error(`${PAGE} does not say what ${file} holds`);
  return found;
}

const findProgram = (): Promise<string> =>
  fromPackage('mosquitto', 'mosquitto, which tests of the MQTT broker run on', () =>
    existsSync(PROGRAM) ? PROGRAM : undefined,
  );
