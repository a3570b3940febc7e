import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, afterAll, expect, test } from '@jest/globals';
import { imageEnvironment, nodeFlags } from '../bench/image-program';
import { Program } from '../cli/support/program';
import { connectionTo, type Ports } from '../support/control-plane-process';
import { removeFolder, temporaryFolder } from '../support/folder';
import { LoadAdmin } from '../support/load/admin';
import { IdleFleet } from '../support/load/idle-fleet';
import { Replica } from '../support/load/replica';

const bundleFolder = temporaryFolder();
let program: readonly string[];
let environment: Readonly<Record<string, string>>;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const dockerfile = readFileSync('images/control-plane/Dockerfile', 'utf8');
  const { path } = await Program.controlPlane(bundleFolder);
  program = [...nodeFlags(dockerfile), path];
  environment = imageEnvironment(dockerfile);
});

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

afterAll(() => removeFolder(bundleFolder));

interface Served {
  readonly replica: Replica;
  readonly ports: Ports;
  readonly admin: LoadAdmin;
}

async function serve(openFiles?: number): Promise<Served> {
  const folder = temporaryFolder();
  closers.push(() => removeFolder(folder));
  const parts = { name: 'control-plane', folder, program, environment, settings: [], onListen: () => undefined };
  const replica = new Replica({ ...parts, ...(openFiles !== undefined && { openFiles }) });
  closers.push(() => replica.stop());
  const ports = await replica.start();
  const admin = new LoadAdmin(connectionTo(ports.https, replica.dataDir), folder);
  closers.push(() => admin.close());
  return { replica, ports, admin };
}

function openFleet(processes: number): IdleFleet {
  const fleet = new IdleFleet(processes);
  closers.push(() => fleet.stop());
  return fleet;
}

test('with fewer open files than connections it says so at the start, and strangers keep nobody away', async () => {
  const { replica, ports, admin } = await serve(1_024);
  expect(readFileSync(replica.log, 'utf8')).toContain(
    'this process may have 1024 files open (ulimit -n), so it takes 339 connections over HTTP and 138 over MQTT at most',
  );
  const fleet = openFleet(1);
  const strangers = { connections: 1_100 };
  await fleet.open('at HTTP', { ...strangers, port: ports.https });
  await fleet.open('at MQTT', { ...strangers, port: ports.mqtts });
  // Asks over connections of its own, and has a source stored as a file.
  const pool = await admin.createPool('pool');
  await admin.createStack('stack', pool);
});
