import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { connectPoll } from '../../src/protocol/client';
import type { Assignment, WorkerView } from '../../src/protocol/messages';
import type { ControlPlaneSession } from '../../src/protocol/session';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../control-plane/support/control-plane';
import { craftedArchive } from '../launcher/support/crafted-archive';
import { runPodOfProcesses } from '../launcher/support/pod-of-processes';
import { removeFolder, temporaryFolder } from '../support/folder';
import { until } from '../support/until';

/** A stack with two resources that need no provider. */
const SOURCE = {
  'main.tf': `
resource "terraform_data" "network" { input = var.size }
resource "terraform_data" "subnet" { input = terraform_data.network.id }
variable "size" { default = 1 }
`,
};

let root: string;
let bin: string;
let controlPlane: TestControlPlane;
let pool: TestPool;
let session: ControlPlaneSession;
let view: WorkerView | undefined;
const worker = newWorker();

beforeAll(async () => {
  const { tofu } = await ensureBinaries(['tofu']);
  bin = temporaryFolder();
  await symlink(tofu, join(bin, 'tofu'));
}, 600_000);

afterAll(() => removeFolder(bin));

beforeEach(async () => {
  root = temporaryFolder();
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane);
  const events = { onView: (newest: WorkerView) => void (view = newest), onStatus: () => undefined };
  const { token, privateKeyPem } = pool;
  session = connectPoll({ token, privateKeyPem, session: 'pool-uid', userAgent: 'test/1' }, events);
  await session.register({ workers: [worker] });
});

afterEach(async () => {
  await session.close();
  await controlPlane.close();
  removeFolder(root);
});

async function stack(files: Readonly<Record<string, string>> = SOURCE, environment = {}): Promise<void> {
  await controlPlane.admin.createStack({ name: 'network', pool: pool.id, autoDeploy: true, environment });
  await push(files);
}

async function push(files: Readonly<Record<string, string>>): Promise<void> {
  const archive = craftedArchive(Object.entries(files).map(([path, content]) => ({ path, content })));
  await controlPlane.admin.uploadSource('network', Readable.from([archive]));
}

const assigned = (runId: string, stage: Assignment['stage']): Promise<Assignment> =>
  until(
    () => (view?.assignment?.runId === runId && view.assignment.stage === stage ? view.assignment : undefined),
    `an assignment to ${stage}`,
  );

async function runPod(assignment: Assignment): Promise<void> {
  const { runId, attempt, fence } = assignment;
  const folder = join(root, runId, String(attempt));
  await mkdir(folder, { recursive: true });
  await runPodOfProcesses(assignment, { pool, workerName: worker.name, folder, bin, home: root }).catch(
    () => undefined,
  );
  await session.report({ workerId: worker.id, runId, attempt, fence, report: { kind: 'released' } });
}

/** A run over its whole life; what its log says. */
async function run(): Promise<string> {
  const { id } = await controlPlane.admin.createRun({ stack: 'network' });
  await runPod(await assigned(id, 'preparing'));
  if ((await controlPlane.admin.run(id))?.finishedAt === null) await runPod(await assigned(id, 'applying'));
  const records = await controlPlane.admin.readLog(id, 0);
  return [...records.map((record) => record.text), (await controlPlane.admin.run(id))?.state].join('');
}

const state = async (): Promise<string> => text((await controlPlane.admin.states.pull('network')).content);

describe('the state of a stack without a backend, with the real OpenTofu', () => {
  test('is there at its second run, which finds nothing to change', async () => {
    await stack();
    expect(await run()).toContain('Apply complete! Resources: 2 added');
    expect(await run()).toContain('No changes. Your infrastructure matches the configuration.');
    expect(JSON.parse(await state())).toMatchObject({ resources: [{ name: 'network' }, { name: 'subnet' }] });
  });
});
