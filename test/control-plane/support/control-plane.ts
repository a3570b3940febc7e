import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ulid } from 'ulid';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../../../src/control-plane';
import type { PoolToken } from '../../../src/protocol/token';
import { parseToken } from '../../../src/protocol/token';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { freePort } from '../../support/own-servers';
import { environmentOf as environmentPlace } from '../../../src/control-plane/store/secrets';
import { makeKey, type KeyKind } from './credentials';
import { vaultOf } from './vault';

interface Row {
  readonly id: string;
  readonly environment: string;
}

/** A real control plane on free ports of the loopback, in a folder of its own that goes with it. */
export class TestControlPlane implements ControlPlane {
  private restarting: Promise<void> | undefined;

  private constructor(
    private running: ControlPlane,
    private readonly options: ControlPlaneOptions,
  ) {}

  static async start(given: Partial<ControlPlaneOptions> = {}): Promise<TestControlPlane> {
    const options = {
      dataDir: temporaryFolder(),
      port: given.port ?? (await freePort(given.host)),
      mqttPort: given.mqttPort === undefined ? await freePort(given.host) : given.mqttPort,
      launcherImage: 'example/launcher:1',
      defaultRunnerImage: 'example/runner:1',
      sweepEveryMs: 0,
      databaseInProcess: true,
      // What a test leaves under way must not hold up its end.
      shutdownGraceSeconds: 2,
      ...given,
    };
    return new TestControlPlane(await startControlPlane(options), options);
  }

  get url(): string {
    return this.running.url;
  }

  get mqttUrl(): string {
    return this.running.mqttUrl;
  }

  get metricsUrl(): string {
    return this.running.metricsUrl;
  }

  get endpoint(): string {
    return this.running.endpoint;
  }

  get ca(): string {
    return this.running.ca;
  }

  get apiKey(): ControlPlane['apiKey'] {
    return this.running.apiKey;
  }

  get admin(): ControlPlane['admin'] {
    return this.running.admin;
  }

  /** The variables of a stack, which nobody is told. */
  environmentOf(stack: string): unknown {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const db = new DatabaseSync(this.file('control-plane.db'), { readOnly: true });
    const { id, environment } = db
      .prepare('SELECT id, environment FROM stacks WHERE name = ?')
      .get(stack) as unknown as Row;
    db.close();
    return JSON.parse(vaultOf(this.file()).open(environmentPlace(id), environment));
  }

  /** A file of its folder. */
  file(...path: string[]): string {
    return join(this.options.dataDir, ...path);
  }

  /** On the same ports, with everything that it has stored. */
  restart(meanwhile: () => unknown = () => undefined, changed: Partial<ControlPlaneOptions> = {}): Promise<void> {
    return (this.restarting = this.startAgain(meanwhile, changed));
  }

  private async startAgain(meanwhile: () => unknown, changed: Partial<ControlPlaneOptions>): Promise<void> {
    const [port, mqttPort] = [this.url, this.mqttUrl].map((url) => Number(new URL(url).port));
    await this.running.close();
    await meanwhile();
    this.running = await startControlPlane({ ...this.options, ...changed, port: port!, mqttPort: mqttPort! });
  }

  async close(): Promise<void> {
    // A test that ran out of time may leave a restart under way, and what comes up then would run for ever.
    await this.restarting?.catch(() => undefined);
    await this.running.close();
    removeFolder(this.options.dataDir);
  }
}

type Administered = Pick<ControlPlane, 'admin'>;

export interface TestPool {
  readonly id: string;
  readonly token: PoolToken;
  readonly privateKeyPem: string;
}

export async function makePool({ admin }: Administered, name = 'pool', kind: KeyKind = 'EC'): Promise<TestPool> {
  const key = await makeKey(kind);
  const pool = await admin.createPool({ name, certificateSigningRequest: key.csr });
  return { id: pool.id, token: parseToken(pool.config), privateKeyPem: key.privateKeyPem };
}

/** A stack with a source, ready to run. */
export async function makeStack(
  { admin }: Administered,
  pool: string,
  name = 'stack',
  autoDeploy = false,
): Promise<void> {
  await admin.createStack({ name, pool, autoDeploy });
  await admin.uploadSource(name, Readable.from([Buffer.from('a source')]));
}

export const newWorker = (name = 'pool-worker') => ({ id: ulid(), name, metadata: { namespace: 'default' } });
