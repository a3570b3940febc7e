import { join } from 'node:path';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { completeFolder } from '../../../src/control-plane/new-keys';
import { Authority } from '../../../src/control-plane/pki/authority';
import { Balancer } from '../balancer';
import { connectionTo, type Ports } from '../control-plane-process';
import { Mosquitto } from '../mosquitto';
import { startPostgres } from '../postgres';
import { S3Server } from '../s3-server';
import { Replica, type ControlPlaneProgram } from './replica';
import type { Fault, Site } from './restarts';

export interface SiteOptions extends ControlPlaneProgram {
  /** Variables of every control plane, beside those of the site. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A site whose control planes can be looked at. */
export interface ServedSite extends Site {
  readonly replicas: readonly Replica[];
}

/** What happens to a control plane, and how often. */
export type Mishap = (replica: Replica) => Fault;

export const killed =
  (name = 'control plane killed and started again'): Mishap =>
  (replica) => ({ name, happen: () => replica.restart() });

/** As SIGSTOP, a suspended virtual machine or a debugger does. */
export const stoodStill =
  (seconds: number): Mishap =>
  (replica) => ({
    name: `control plane stood still for ${seconds} s`,
    happen: (signal) => replica.standStill(seconds, signal),
  });

/** One control plane on SQLite, with its own broker. */
export async function oneOnSqlite({ folder, program }: SiteOptions, mishaps: readonly Mishap[]): Promise<Site> {
  const [https, mqtts] = [await Balancer.start(), await Balancer.start()];
  const replica = new Replica({
    name: 'control-plane',
    ...{ folder, program },
    settings: [publicUrl(https), `--mqtt-url=mqtts://127.0.0.1:${mqtts.port}`],
    environment: {},
    onListen: (ports) => {
      https.backEnds = [ports.https];
      mqtts.backEnds = [ports.mqtts];
    },
  });
  await replica.start();
  return {
    connection: connectionTo(https.port, replica.dataDir),
    faults: mishaps.map((mishap) => mishap(replica)),
    close: async () => {
      await replica.stop();
      await Promise.all([https.close(), mqtts.close()]);
    },
  };
}

/**
 * Three control planes behind a balancer, on PostgreSQL, S3 and mosquitto. Each of them is killed in turn; database and
 * broker are restarted once.
 */
export async function threeOnPostgres({ folder, program, environment }: SiteOptions): Promise<ServedSite> {
  const closers: (() => unknown)[] = [];
  const opened = <T>(thing: T, close: (thing: T) => unknown): T => {
    closers.unshift(() => close(thing));
    return thing;
  };
  const close = async () => {
    for (const closer of closers.splice(0)) await closer();
  };
  try {
    const keys = join(folder, 'keys');
    await completeFolder(keys);
    const postgres = opened(await startPostgres(), (server) => server.stop());
    const s3 = opened(await S3Server.start(), (server) => server.close());
    const broker = opened(await brokerOf(keys), (server) => server.stop());
    const https = opened(await Balancer.start(), (balancer) => balancer.close());
    const parts = {
      ...{ folder, program },
      settings: [
        publicUrl(https),
        `--keys-dir=${keys}`,
        `--mqtt-broker-url=${broker.url}`,
        `--blobs-s3-bucket=${s3.bucket}`,
        `--blobs-s3-endpoint=${s3.endpoint}`,
        '--blobs-s3-region=us-east-1',
        '--blobs-s3-force-path-style',
      ],
      environment: { ...environment, WORKER_POOLS_DATABASE_URL: await postgres.createDatabase(), ...s3.credentials },
    };
    const ports = new Map<string, number>();
    const replicas = ['first', 'second', 'third'].map((name) => {
      const onListen = (listens: Ports) => {
        ports.set(name, listens.https);
        https.backEnds = [...ports.values()];
      };
      return opened(new Replica({ name, ...parts, onListen }), (replica) => replica.stop());
    });
    for (const replica of replicas) await replica.start();
    const kill = replicas.map(killed('control planes killed and started in turn'));
    const faults: Fault[] = [
      kill[0]!,
      { name: 'database restarted', happen: () => postgres.restart() },
      kill[1]!,
      { name: 'broker restarted', happen: () => broker.restart() },
      kill[2]!,
    ];
    return { connection: connectionTo(https.port, keys), faults, close, replicas };
  } catch (error) {
    await close();
    throw error;
  }
}

const publicUrl = (https: Balancer): string => `--public-url=https://127.0.0.1:${https.port}`;

/** mosquitto, as its page in the documentation sets it up. */
async function brokerOf(keysDir: string): Promise<Mosquitto> {
  const authority = await Authority.open(
    KeyFiles.given(keysDir, [], () => undefined),
    Date.now,
  );
  const server = await authority.issueServer(['127.0.0.1', 'localhost']);
  return Mosquitto.start({
    'ca.crt': authority.certificatePem,
    'crl.pem': await authority.revocationList([]),
    'server.crt': server.certificate,
    'server.key': server.key,
  });
}
