import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addEncryptionKey } from '../../../../src/control-plane/new-keys';
import { apiKeyEnvironment, loopback } from '../../../support/control-plane-process';
import { ProgramProcess } from '../../../support/program-process';
import { until } from '../../../support/waiting';
import type { Verdict } from '../../fault';
import type { ControlPlaneLab, Trial } from './lab';
import { PostgresWire } from './postgres-wire';

/** Starts further control planes on the folder of the one that runs. @throws Error where one of them goes on */
export async function startOnSameFolder(lab: ControlPlaneLab, { site }: Trial, times: number): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    const log = join(site.folder, `second-${time}.log`);
    const second = new ProgramProcess({
      name: 'the second control plane',
      args: [...lab.controlPlane, ...loopback(site.replica.dataDir), `--keys-dir=${site.keysDir}`],
      environment: apiKeyEnvironment,
      log,
    });
    const end = await Promise.race([second.ended.catch(String), lab.sleep(20).then(() => 'it goes on')]);
    await second.kill();
    if (!/another process|in use|one process/i.test(end))
      throw new Error(`a second control plane on one folder: ${end}`);
  }
}

/** Of three replicas whichever is about to move the lease clock on is killed, again and again. */
export function killSweepers(lab: ControlPlaneLab, times: number): Promise<Verdict> {
  const shape = { database: 'postgres', broker: 'mosquitto', blobs: 's3' } as const;
  return lab.during(shape, async ({ site, signal }) => {
    const { port } = new URL(site.databaseUrl!);
    const wires: PostgresWire[] = [];
    for (const number of [1, 2, 3]) {
      const wire = await PostgresWire.start(Number(port));
      site.atEnd(() => wire.close());
      wires.push(wire);
      if (number === 1) {
        site.database!.backEnds = [wire.port];
        site.database!.cut();
      } else {
        const url = Object.assign(new URL(site.databaseUrl!), { port: String(wire.port) });
        await site.addReplica(`replica-${number}`, { WORKER_POOLS_DATABASE_URL: url.href }).start();
      }
    }
    for (let time = 0; time < times; time += 1) {
      const orders = wires.map((wire, index) => {
        const { pid } = site.replicas[index]!;
        return wire.killAt({ pattern: /update "leaseClock"/, side: 'before', pid });
      });
      await until('a replica sweeps', 60, () => orders.some((isDone) => isDone()), signal);
      const killed = orders.map((isDone) => isDone());
      for (const wire of wires) wire.forget();
      for (const [index, replica] of site.replicas.entries()) if (killed[index]) await replica.restart();
    }
  });
}

/** Puts another key of encryption first, and waits until everything is encrypted with it; again and again. */
export async function rotateKeys({ site, signal }: Trial, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const id = addEncryptionKey(join(site.keysDir, 'encryption.keys'), 'first');
    // The file is looked at when it starts, and every minute.
    await site.replica.restart();
    const isDone = (): boolean =>
      readFileSync(site.replica.log, 'utf8').includes(`everything is encrypted with the key ${id}`);
    await until(`everything is encrypted with ${id}`, 30, isDone, signal);
  }
}
