import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, afterAll, expect, test } from '@jest/globals';
import { generate } from 'mqtt-packet';
import { MEMORY } from '../../src/control-plane/admission/capacity';
import { BROKER_LIMITS } from '../../src/control-plane/broker/limits';
import { LIMIT } from '../../src/control-plane/limits';
import { signPoolJwt } from '../../src/protocol/auth';
import { imageEnvironment, nodeFlags } from '../bench/image-program';
import { Scraped } from '../bench/control-plane/load/metrics';
import { Program } from '../cli/support/program';
import { connectPacket } from '../control-plane/broker/support/raw-mqtt';
import { AnotherCaller } from '../control-plane/support/another-caller';
import type { TestPool } from '../control-plane/support/control-plane';
import { post } from '../control-plane/support/rude-caller';
import { connectionTo, type Ports } from '../support/control-plane-process';
import { removeFolder, temporaryFolder } from '../support/folder';
import { LoadAdmin } from '../support/load/admin';
import { IdleFleet } from '../support/load/idle-fleet';
import type { Conversation } from '../support/load/idle-program';
import { Replica } from '../support/load/replica';
import { until } from '../support/until';
import { atOnce, sleep } from '../support/waiting';

type Talk = Omit<Conversation, 'from'>;

const POOLS = 40;
/** Callers that behave. */
const BEHAVE = { polls: 5_200, kept: 3_800, mqtt: 1_000 };
/** Of the load. Each has a few thousand sockets, and may have as many files open. */
const PROCESSES = 3;
const MIB = 1024 * 1024;
/** A turn of the event loop may have begun before a connection came, and the time of its timers with it. */
const EARLY_MS = 1_000;
/** Files that come and go: of the database, of whoever asks for the metrics. */
const FEW = 20;
/** A hundredth of what 10,000 connections take, and what a process of some age has learned. */
const HEAP_LEFT_MIB = 16;

const bundleFolder = temporaryFolder();
let program: readonly string[];
let environment: Readonly<Record<string, string>>;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const dockerfile = readFileSync('images/control-plane/Dockerfile', 'utf8');
  const { path } = await Program.controlPlane(bundleFolder);
  // Garbage is collected when a test wants to know what is left.
  const collector = "--import=data:text/javascript,process.on('SIGUSR2', () => gc())";
  program = [...nodeFlags(dockerfile), '--expose-gc', collector, path];
  environment = imageEnvironment(dockerfile);
});

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
}, 120_000);

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

async function lookAt(replica: Replica): Promise<{ readonly files: number; readonly heapMiB: number }> {
  const scraped = await Scraped.from(replica.metricsUrl);
  return {
    files: scraped.sum('process_open_fds'),
    heapMiB: scraped.sum('nodejs_heap_size_used_bytes') / MIB,
  };
}

function openFleet(processes: number): IdleFleet {
  const fleet = new IdleFleet(processes);
  closers.push(() => fleet.stop());
  return fleet;
}

async function makePools(admin: LoadAdmin, count: number): Promise<TestPool[]> {
  const pools: TestPool[] = [];
  await atOnce(8, Array.from({ length: count }).keys(), async (index) => {
    const { token, privateKeyPem } = await admin.createPool(`pool-${index}`);
    pools.push({ id: token.poolId, token, privateKeyPem });
  });
  return pools;
}

/** What callers do that have logged in: long polls, connections that are kept for the next request, MQTT. */
async function behaving(
  pools: readonly TestPool[],
  { https, mqtts }: Ports,
  ca: string,
): Promise<Record<string, Talk>> {
  const watches = (session: string, waitSeconds: number) =>
    Promise.all(
      pools.map(async ({ id, token: { certificate }, privateKeyPem }) => {
        const jwt = await signPoolJwt({ poolId: id, certificate, privateKeyPem });
        return post('/worker/v1/watch', JSON.stringify({ session, after: 0, waitSeconds }), jwt);
      }),
    );
  const connects = await Promise.all(
    pools.map(async (pool) => {
      const packet = await connectPacket(pool, { protocolVersion: 4, clientId: 'client-######' });
      return generate(packet).toString('latin1');
    }),
  );
  const http = { port: https, ca, answer: 'HTTP/1.1 200 ' };
  return {
    polls: {
      ...http,
      connections: BEHAVE.polls,
      first: await watches('session-######', 0),
      whenAnswered: await watches('session-######', 55),
    },
    kept: {
      ...http,
      connections: BEHAVE.kept,
      first: await watches('session-######', 0),
      again: { texts: await watches('session-######', 0), everyMs: 30_000 },
    },
    mqtt: {
      ...{ port: mqtts, ca, answer: '\x20', laterAnswer: '\xd0' },
      connections: BEHAVE.mqtt,
      first: connects,
      again: { texts: ['\xc0\x00'], everyMs: 30_000 },
    },
  };
}

interface HalfOpen extends Talk {
  /** When the control plane ends it at the earliest. */
  readonly endsAfterMs: number;
}

/** Callers that never log in. All of them together are as many as there may be. */
function halfOpen({ https, mqtts }: Ports, ca: string): Record<string, HalfOpen> {
  const clientHello = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';
  const header = { texts: ['x-header: 1\r\n'], everyMs: 2_000 };
  const [http, mqtt] = [
    { port: https, connections: 400 },
    { port: mqtts, connections: 200 },
  ];
  const { handshakeMs, headersMs } = LIMIT;
  const { unprovedMs } = BROKER_LIMITS;
  return {
    'say nothing at all': { ...http, endsAfterMs: handshakeMs },
    'begin TLS': { ...http, first: [clientHello], endsAfterMs: handshakeMs },
    'ask nothing over TLS': { ...http, ca, endsAfterMs: headersMs },
    'never end their headers': { ...http, ca, first: ['GET / HTTP/1.1\r\n'], again: header, endsAfterMs: headersMs },
    'say nothing at all to the broker': { ...mqtt, endsAfterMs: unprovedMs },
    'send no CONNECT': { ...mqtt, ca, endsAfterMs: unprovedMs },
  };
}

test('10,000 callers that have logged in stay, however many others leave their connections half open', async () => {
  const { replica, ports, admin } = await serve();
  const [good, ...pools] = await makePools(admin, POOLS + 1);
  const { ca } = good!.token;
  const another = await AnotherCaller.open({ url: `https://127.0.0.1:${ports.https}`, pid: replica.pid }, good!);
  closers.push(() => another.close());
  const fleet = openFleet(PROCESSES);
  const before = await lookAt(replica);

  const behave = await behaving(pools, ports, ca);
  for (const [name, talk] of Object.entries(behave)) {
    expect(await fleet.open(name, talk)).toEqual({ open: talk.connections, lifetimes: [], amiss: [] });
  }
  const rude = halfOpen(ports, ca);
  for (const [name, talk] of Object.entries(rude)) await fleet.open(name, talk);
  await another.waitsLittleDuring(() => sleep(1_000));
  const connections = [...Object.values(behave), ...Object.values(rude)].reduce(
    (sum, talk) => sum + talk.connections,
    0,
  );
  expect(connections).toBe(12_000);
  expect(replica.usage().residentMiB).toBeLessThan((MEMORY.besideBytes + connections * MEMORY.connectionBytes) / MIB);

  for (const [name, { connections: begun, endsAfterMs }] of Object.entries(rude)) {
    const { lifetimes } = await until(async () => {
      const standing = await fleet.look(name);
      return standing.open === 0 && standing;
    }, `those that ${name} lose their connections`);
    expect(lifetimes).toHaveLength(begun);
    expect(Math.min(...lifetimes)).toBeGreaterThan(endsAfterMs - EARLY_MS);
  }
  for (const [name, talk] of Object.entries(behave)) {
    expect(await fleet.look(name)).toEqual({ open: talk.connections, lifetimes: [], amiss: [] });
    await fleet.close(name);
  }
  await until(async () => (await lookAt(replica)).files <= before.files + FEW, 'the connections are gone');
  const heapLeft = async () => {
    process.kill(replica.pid, 'SIGUSR2');
    return (await lookAt(replica)).heapMiB;
  };
  await until(async () => (await heapLeft()) < before.heapMiB + HEAP_LEFT_MIB, 'what they took of the heap is free');
}, 300_000);

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
