import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { Kysely } from 'kysely';
import { completeFolder } from '../../../../src/control-plane/new-keys';
import { migrate } from '../../../../src/control-plane/store/database/migrate';
import { PlainDriver, sqliteDialect } from '../../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess } from '../../../../src/control-plane/store/database/sqlite-executor';
import type { Untyped } from '../../../../src/control-plane/store/migrations/migration';
import { apiKeyEnvironment, loopback } from '../../../support/control-plane-process';
import type { Verdict } from '../../fault';
import { killingAtCommit } from './commit-points';
import type { ControlPlaneLab, Prepared, Trial } from './lab';
import type { Side } from './postgres-wire';
import { Site } from './site';

const NOTHING: Prepared = { close: () => undefined };

/** The database is lost, and comes back from a backup that was made seconds before, while runs go on. */
export function restoreBackup(lab: ControlPlaneLab, seconds: number): Promise<Verdict> {
  const fault = async ({ site, crowd, signal }: Trial): Promise<void> => {
    const { dataDir } = site.replica;
    const file = join(site.folder, 'backup.db');
    const say = (...words: readonly string[]) => promisify(execFile)(process.execPath, [...lab.controlPlane, ...words]);
    // What was asked for after the backup would be gone with it, and what has ended since would have to end again.
    await crowd.rest(signal);
    await say('backup', '--data-dir', dataDir, '--to', file);
    await lab.sleep(seconds);
    await site.replica.kill();
    for (const name of readdirSync(dataDir)) if (name.startsWith('control-plane.db')) rmSync(join(dataDir, name));
    await say('restore', '--data-dir', dataDir, '--from', file);
    await site.replica.start();
    crowd.goOn();
  };
  return lab.during({ database: 'sqlite' }, fault, { patienceSeconds: 240 });
}

/** A folder for a certificate, whose files are exchanged for others of the same authority while it serves. */
export function exchangeCertificate(lab: ControlPlaneLab, seconds: number): Promise<Verdict> {
  let folder = '';
  const put = async (keysDir: string): Promise<string> => {
    const { certificate, key } = await Site.issue(keysDir);
    writeFileSync(join(folder, 'tls.crt'), certificate);
    writeFileSync(join(folder, 'tls.key'), key);
    return certificate;
  };
  const prepare = async (all: string): Promise<Prepared> => {
    folder = join(all, 'tls');
    mkdirSync(folder);
    const keysDir = join(all, 'keys');
    await completeFolder(keysDir);
    await put(keysDir);
    writeFileSync(join(folder, 'ca.crt'), Site.authorityIn(keysDir));
    return NOTHING;
  };
  const fault = async ({ site }: Trial): Promise<void> => {
    const certificate = await put(site.keysDir);
    await lab.sleep(seconds);
    const shown = await certificateAt(site.https.port);
    if (!certificate.includes(shown))
      throw new Error('the control plane does not show the certificate that it was given');
  };
  return lab.during({ database: 'sqlite', settings: () => [`--tls-dir=${folder}`] }, fault, { prepare });
}

/** The certificate that a server shows, in base64 as PEM has its first line. */
async function certificateAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return raw.toString('base64').slice(0, 64);
}

/** Of an earlier release: what came after it is still to be done. */
const EARLIER = '0016b-pool-locks.additive';

/** A first start, and one on the database of an earlier release, which are killed at the commit of the migrations. */
export function killMigrations(lab: ControlPlaneLab): Promise<Verdict> {
  const prepare = async (folder: string): Promise<Prepared> => {
    const dataDir = join(folder, 'replica-1-data');
    mkdirSync(dataDir, { mode: 0o700 });
    await completeFolder(join(folder, 'keys'));
    for (const isEarlier of [false, true]) {
      for (const side of ['before', 'after'] as const) {
        for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true });
        if (isEarlier) await makeEarlier(join(dataDir, 'control-plane.db'));
        await startKilled(lab, folder, dataDir, side);
      }
    }
    return NOTHING;
  };
  return lab.during({ database: 'sqlite' }, () => Promise.resolve(), { prepare });
}

async function makeEarlier(path: string): Promise<void> {
  const executor = inProcess({ path, readOnly: false });
  const db = new Kysely<Untyped>({ dialect: sqliteDialect(new PlainDriver(executor), 'one') });
  await migrate(db, 'sqlite', path, { to: EARLIER });
  await db.destroy();
  await executor.close();
}

/** @throws Error where it does not come to the commit */
async function startKilled(lab: ControlPlaneLab, folder: string, dataDir: string, side: Side): Promise<void> {
  const environment = killingAtCommit(folder, { pattern: /kysely_migration/, side });
  const args = [...lab.controlPlane, ...loopback(dataDir), `--keys-dir=${join(folder, 'keys')}`];
  const env = { PATH: process.env.PATH, ...apiKeyEnvironment, ...environment };
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGTERM'), 60_000);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL')
    throw new Error(`a start was to be killed at the commit of its migrations, and ended (${code ?? signal})`);
}
