import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { storeOn } from '../../src/control-plane/store';
import { openSqlite } from '../../src/control-plane/store/database/sqlite';
import { vaultOf } from './support/vault';
import { removeFolder, temporaryFolder } from '../support/folder';

const KILLS = 5;
const CHILD = join('test', 'control-plane', 'support', 'killed-child.ts');

interface Said {
  readonly ready?: string;
  readonly acknowledged?: number;
  readonly run?: string;
}

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => removeFolder(folder));

/** Lets a control plane acknowledge things and kills it in the middle. */
async function runUntilKilled(lines: number): Promise<Said[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: Said[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(text) as Said);
    if (said.length === lines) child.kill('SIGKILL');
  }
  return said;
}

test('a control plane that is killed again and again loses no acknowledged log line and no run (invariant 6)', async () => {
  const said: Said[] = [];
  for (let kill = 1; kill <= KILLS; kill++) said.push(...(await runUntilKilled(20 + 7 * kill)));
  const runId = said.find((message) => message.ready)!.ready!;
  const acknowledged = Math.max(...said.map((message) => message.acknowledged ?? 0));
  const runs = said.flatMap((message) => message.run ?? []);
  expect(said.filter((message) => message.ready)).toHaveLength(KILLS);
  expect(runs.length).toBeGreaterThan(KILLS);

  const database = await openSqlite({ path: join(folder, 'control-plane.db'), inProcess: true });
  const store = storeOn(database, vaultOf(folder));
  const sequences = (await store.read.logs.read(runId, 0, 1_000_000))
    .filter((record) => record.writer === 'relay')
    .map((record) => record.sequence);
  const missing: string[] = [];
  for (const id of runs) if (!(await store.read.runs.find(id))) missing.push(id);
  await store.close();
  expect(missing).toEqual([]);
  expect(sequences.length).toBeGreaterThanOrEqual(acknowledged);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
}, 120_000);
