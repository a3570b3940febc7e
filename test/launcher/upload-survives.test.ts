import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LauncherClient } from '../../src/launcher/client';
import { PoolAccess } from '../../src/launcher/credentials';
import { uploadInParts } from '../../src/launcher/relay/keep-workspace';
import { encodeToken } from '../../src/protocol/token';
import { systemClock } from '../../src/time';
import { TestWorker } from '../cli/support/worker';
import type { TestPool } from '../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../support/folder';
import { freePort } from '../support/own-servers';
import { until } from '../support/until';
import { mountCredentials } from './support/credentials';
import { BRISK } from './support/run-pod';

const PROGRAM = join(import.meta.dirname, '../control-plane/support/control-plane-process.ts');
const PART = 8 * 1024 * 1024;
const CONTENT = randomBytes(4 * PART + 77);

let folder: string;
let child: ChildProcess;
let port: string;

beforeEach(async () => {
  folder = temporaryFolder();
  // The same after each restart, while it is connected to all the time.
  port = String(await freePort());
});

afterEach(async () => {
  await kill();
  removeFolder(folder);
});

async function start(): Promise<TestPool | undefined> {
  child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, join(folder, 'data'), port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return (JSON.parse(line) as { pool?: TestPool }).pool;
}

async function kill(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const stored = (): { name: string; size: number }[] => {
  const blobs = join(folder, 'data', 'blobs', 'workspaces');
  return readdirSync(blobs).map((name) => ({ name, size: statSync(join(blobs, name)).size }));
};

test('an upload goes on where it was when the control plane is killed in its midst, again and again', async () => {
  const pool = (await start())!;
  const worker = await TestWorker.register(pool);
  const { assignment, pod } = await worker.startAssigned();
  const credentials = join(folder, 'credentials');
  await mountCredentials(credentials, encodeToken(pool.token), Buffer.from(pool.privateKeyPem).toString('base64'));
  const identity = { ...assignment, workerName: 'worker', podUid: pod.uid };
  const client = new LauncherClient({ access: await PoolAccess.open(credentials, systemClock), identity });
  const offsets: number[] = [];
  const counted = {
    beginUpload: client.beginUpload.bind(client),
    endUpload: client.endUpload.bind(client),
    uploadPart: (...part: Parameters<LauncherClient['uploadPart']>) => {
      offsets.push(part[1]);
      return client.uploadPart(...part);
    },
  };
  const trouble = { clock: BRISK, signal: new AbortController().signal };
  const content = Readable.from(
    Array.from({ length: 5 }, (_, part) => CONTENT.subarray(part * PART, (part + 1) * PART)),
  );
  const uploaded = uploadInParts(counted, content, PART, trouble);
  for (const parts of [1, 3]) {
    await until(() => stored().some(({ size }) => size > parts * PART), `more than ${parts} parts are stored`);
    await kill();
    await start();
  }
  await uploaded;
  const [blob, ...others] = stored();
  expect(others).toEqual([]);
  expect(blob!.size).toBe(CONTENT.length);
  const { text } = await pod.get('workspace');
  expect(hash(text)).toBe(hash(CONTENT.toString()));
  // The first part of all was stored before anything was killed.
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
  await client.close();
  await worker.close();
});

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
