import { readFileSync } from 'node:fs';
import { connectionTo } from '../../../support/control-plane-process';
import { Replica } from '../../../support/load/replica';
import { threeOnPostgres, type ServedSite, type SiteOptions } from '../../../support/load/sites';
import { imageEnvironment, nodeFlags } from '../../image-program';
import { cpuSecondsOf } from '../cpu';

export type SiteName = 'sqlite' | 'postgres';

/** CPU time in seconds of what serves, and of what it stands on; null where the system does not tell. */
export interface Cpu {
  readonly controlPlane: number | null;
  readonly database: number | null;
  readonly broker: number | null;
  readonly generator: number | null;
}

export interface MeasuredSite extends Pick<ServedSite, 'connection' | 'replicas' | 'close'> {
  readonly cpu: () => Omit<Cpu, 'generator'>;
}

export interface MeasuredSiteOptions {
  readonly folder: string;
  /** Path of the control plane's bundle, and flags of Node beside those of its image. */
  readonly bundle: string;
  readonly nodeFlags: readonly string[];
}

/** `sqlite`: one process with its own broker. `postgres`: three behind a balancer, with mosquitto and S3. */
export async function openSite(name: SiteName, options: MeasuredSiteOptions): Promise<MeasuredSite> {
  const dockerfile = readFileSync('images/control-plane/Dockerfile', 'utf8');
  const parts: Required<SiteOptions> = {
    folder: options.folder,
    program: [...nodeFlags(dockerfile), ...options.nodeFlags, options.bundle],
    environment: imageEnvironment(dockerfile),
  };
  const site = name === 'sqlite' ? await onSqlite(parts) : await threeOnPostgres(parts);
  const cpu = () => ({
    controlPlane: sum(site.replicas.map((replica) => replica.usage().cpuSeconds)),
    database: cpuSecondsOf('postgres'),
    broker: cpuSecondsOf('mosquitto'),
  });
  return { ...site, cpu };
}

async function onSqlite(parts: Required<SiteOptions>): Promise<Omit<ServedSite, 'faults'>> {
  const replica = new Replica({ name: 'control-plane', ...parts, settings: [], onListen: () => undefined });
  const ports = await replica.start();
  return {
    connection: connectionTo(ports.https, replica.dataDir),
    replicas: [replica],
    close: () => replica.stop(),
  };
}

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}
