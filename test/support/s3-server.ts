import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { removeFolder, temporaryFolder } from './folder';
import { freePort } from './own-servers';
import { until } from './until';

const ACCESS = { ROOT_ACCESS_KEY: 'the-access-key', ROOT_SECRET_KEY: 'the-secret-key' };

/** A real S3 server (versitygw, on files) with one bucket, on a free port. */
export class S3Server {
  readonly bucket = 'blobs';
  /** What the SDK's own chain of credentials reads. */
  readonly credentials = {
    AWS_ACCESS_KEY_ID: ACCESS.ROOT_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: ACCESS.ROOT_SECRET_KEY,
  } as const;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly address: string,
  ) {}

  /** @param host address that it listens at */
  static async start(host = '127.0.0.1'): Promise<S3Server> {
    const { versitygw } = await ensureBinaries(['versitygw']);
    const server = new S3Server(versitygw, temporaryFolder(), `${host}:${await freePort(host)}`);
    mkdirSync(join(server.folder, 'data', server.bucket), { recursive: true });
    mkdirSync(join(server.folder, 'attributes'));
    await server.up();
    return server;
  }

  get endpoint(): string {
    return `http://${this.address}`;
  }

  /** Again after `down`, with everything that it has stored. */
  async up(): Promise<void> {
    // Attributes in files of their own: not every file system has them.
    const store = ['posix', '--sidecar', join(this.folder, 'attributes'), join(this.folder, 'data')];
    const listen = ['--port', this.address, '--keep-alive', '--quiet'];
    const env = { PATH: process.env.PATH, HOME: this.folder, ...ACCESS };
    const child = spawn(this.program, [...listen, ...store], { env, stdio: 'ignore' });
    this.child = child;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
      return fetch(this.endpoint).then(
        () => true,
        () => false,
      );
    }, 'an answer of the S3 server');
  }

  async down(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.down();
    removeFolder(this.folder);
  }
}
