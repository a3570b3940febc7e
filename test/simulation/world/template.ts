import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { RETENTION } from '../../../src/api/defaults';
import { AdminService, type AdminParts } from '../../../src/control-plane/admin/admin-service';
import { PoolIssuer } from '../../../src/control-plane/identity/pool-issuer';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { queueContext } from '../../../src/control-plane/queue';
import { storeOn } from '../../../src/control-plane/store';
import { migrate } from '../../../src/control-plane/store/database/migrate';
import { prepareSecrets } from '../../../src/control-plane/store/secrets';
import { KeyringFile, type Vault } from '../../../src/control-plane/vault';
import { systemClock } from '../../../src/time';
import { parseToken, type PoolToken } from '../../../src/protocol/token';
import { makeKey } from '../../control-plane/support/credentials';
import { followSeed } from '../platform/crypto';
import { Random } from '../random';
import { SimulatedDatabase, type Content } from './database';
import { EPOCH_MS, SimulatedProcess } from './process';
import { Scheduler } from './scheduler';

/** How often the credentials of the pool can be reset in one schedule. */
const RESETS = 3;
export const POOL_NAME = 'pool';
/** Stacks that there are in every world. */
export const STACKS = ['network', 'cluster', 'apps'] as const;

/** What a pool is given, and what the control plane knows it by. */
export interface Credentials {
  readonly token: PoolToken;
  readonly privateKeyPem: string;
  readonly csr: string;
  readonly issued: { readonly certificate: string; readonly fingerprint: string };
}

/** What every world begins with. Made once in a process, because keys take time. */
export interface Template {
  readonly database: SimulatedDatabase;
  readonly content: Content;
  readonly vault: Vault;
  readonly poolId: string;
  /** The first is the pool's at the beginning, the others those of its resets. */
  readonly credentials: readonly Credentials[];
}

export const SETTINGS = {
  launcherImage: 'example/launcher:1',
  defaultRunnerImage: 'example/runner:1',
  defaultAnsibleRunnerImage: 'example/ansible:1',
  startDeadlineMs: 900_000,
  retention: RETENTION,
};

const ADDRESSES = { endpoint: 'http://control-plane.example', mqtt: 'mqtt://control-plane.example:1883', ca: '' };

export async function makeTemplate(): Promise<Template> {
  followSeed(new Random('template'));
  const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
  try {
    return await make(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function make(folder: string): Promise<Template> {
  const silent = pino({ level: 'silent' });
  const keys = KeyFiles.inDataFolder(folder);
  const { vault } = new KeyringFile(keys, { clock: systemClock, logger: silent });
  const database = new SimulatedDatabase();
  await database.migrate(async (db) => {
    await migrate(db, 'sqlite', ':memory:');
    await prepareSecrets(vault)(db as never, 'sqlite');
  });
  const process = new SimulatedProcess(new Scheduler(), 'template');
  const store = storeOn(
    database.open(process, () => EPOCH_MS),
    vault,
  );
  const context = queueContext(store, SETTINGS, silent, process.clock);
  const authority = await Authority.open(keys, () => EPOCH_MS);
  const issuer = new PoolIssuer(authority, () => ADDRESSES);
  const admin = new AdminService(context, { issuer } as AdminParts);
  const made = Array.from({ length: 1 + RESETS }, () => makeKey('EC'));
  const [first, ...others] = await Promise.all(made);
  const pool = await admin.createPool({ name: POOL_NAME, certificateSigningRequest: first!.csr });
  const { certificate, fingerprint } = pool;
  const credentials: Credentials[] = [
    { ...first!, token: parseToken(pool.config), issued: { certificate, fingerprint } },
  ];
  for (const key of others) {
    const issued = await issuer.issue(pool.id, key.csr);
    const token = parseToken(issuer.token({ id: pool.id, certificate: issued.certificate }));
    credentials.push({ ...key, token, issued });
  }
  for (const name of STACKS) await admin.createStack({ name, pool: pool.id, autoDeploy: name === 'cluster' });
  database.query(`UPDATE stacks SET source = 'source', managesState = 0`);
  return { database, content: database.dump(), vault, poolId: pool.id, credentials };
}
