import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { connectPoll } from '../../src/protocol/client';
import type { Assignment, WorkerView } from '../../src/protocol/messages';
import type { ControlPlaneSession } from '../../src/protocol/session';
import { withoutColours } from '../../src/text/visible';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../control-plane/support/control-plane';
import { craftedArchive } from '../launcher/support/crafted-archive';
import { runPodOfProcesses } from '../launcher/support/pod-of-processes';
import { removeFolder, temporaryFolder } from '../support/folder';
import { until } from '../support/until';

/* Outputs of the real OpenTofu, from the state of one stack into the plan of another. */

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

async function push(stack: string, source: string): Promise<void> {
  const archive = craftedArchive([{ path: 'main.tf', content: source }]);
  await controlPlane.admin.uploadSource(stack, Readable.from([archive]));
}

async function makeStack(name: string, source: string): Promise<void> {
  await controlPlane.admin.createStack({ name, pool: pool.id, autoDeploy: true });
  await push(name, source);
}

async function runPod(assignment: Assignment, environment: Readonly<Record<string, string>>): Promise<void> {
  const { runId, attempt, fence } = assignment;
  const folder = join(root, runId, String(attempt));
  await mkdir(folder, { recursive: true });
  const pod = { pool, workerName: worker.name, folder, bin, home: root, environment };
  await runPodOfProcesses(assignment, pod).catch(() => undefined);
  await session.report({ workerId: worker.id, runId, attempt, fence, report: { kind: 'released' } });
}

/** Carries a run out over its whole life. @returns what its log says, and how it ended */
async function carryOut(runId: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const run = async () => (await controlPlane.admin.run(runId))!;
  for (let fence = 0; (await run()).finishedAt === null;) {
    const assignment = await until(() => {
      const found = view?.assignment;
      return found?.runId === runId && found.fence > fence ? found : undefined;
    }, `an assignment of ${runId}`);
    fence = assignment.fence;
    await runPod(assignment, environment);
  }
  const records = await controlPlane.admin.readLog(runId, 0);
  const { state, message } = await run();
  return withoutColours([...records.map(({ text }) => text), state, ` ${message}`].join(''));
}

const trigger = async (stack: string, type: 'TRACKED' | 'DESTROY' | 'TASK' = 'TRACKED'): Promise<string> =>
  (
    await controlPlane.admin.createRun({
      stack,
      type,
      autoDeploy: true,
      ...(type === 'TASK' && { command: 'tofu taint terraform_data.a' }),
    })
  ).id;

const newest = async (stack: string) => (await controlPlane.admin.runs({ stack, limit: 1 }))[0]!;

async function outputs(stack: string): Promise<Readonly<Record<string, string | null>>> {
  const { id } = (await controlPlane.admin.stack(stack))!;
  const known = (await controlPlane.admin.outputs.of([id])).get(id);
  return Object.fromEntries(known?.outputs.map(({ name, value }) => [name, value]) ?? [['nothing', null]]);
}

const LETS_OUT = { SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED: 'true' };

/** Texts that mean something to HCL, and a number that no float holds. */
const network = (password: string): string => `
resource "terraform_data" "a" { input = "eu" }
output "zone" { value = terraform_data.a.output }
output "zones" { value = ["$\${not} a template", "%%{nor} this", "b\\"c\\\\"] }
output "number" { value = 12345678901234567890 }
output "database" {
  value     = { user = "app", password = "${password}" }
  sensitive = true
}
`;

const APP = `
variable "zone" {}
variable "zones" { type = list(string) }
variable "number" { type = number }
variable "database" {
  type      = object({ user = string, password = string })
}
resource "terraform_data" "all" { input = [var.zone, var.zones, var.number, var.database.user] }
output "zones" { value = var.zones }
output "number" { value = var.number }
resource "terraform_data" "shown" {
  provisioner "local-exec" { command = "echo the password is \${var.database.password}" }
}
`;

test('outputs come into the runs of a stack that depends on theirs as they were, and follow their changes', async () => {
  await makeStack('network', network('hunter2-first'));
  await makeStack('app', APP);
  const { id } = await controlPlane.admin.addStackDependency('app', 'network');
  for (const name of ['zone', 'zones', 'number', 'database']) {
    await controlPlane.admin.outputs.addReference(id, { outputName: name, inputName: `TF_VAR_${name}` });
  }
  expect(await carryOut(await trigger('app'))).toMatch(/FAILED .*of which no outputs are known/);
  expect(await carryOut(await trigger('network'))).toContain('the values of 3 of 4 were taken. Sensitive');
  expect(await carryOut((await newest('app')).id)).toMatch(/FAILED .*SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED/);
  // Without a change the plan is all that there is, and the outputs are told all the same.
  const unchanged = await carryOut(await trigger('network'), LETS_OUT);
  expect(unchanged).toMatch(/No changes\.[^]*the values of 4 of 4 were taken\./);
  expect(unchanged).not.toContain('hunter2');
  const followed = await carryOut((await newest('app')).id, LETS_OUT);
  expect(followed).toMatch(/Apply complete! Resources: 2 added[^]*FINISHED/);
  expect(followed).toContain('the password is ***');
  expect(followed).not.toContain('hunter2');
  expect(await outputs('app')).toEqual({
    zones: '["${not} a template","%{nor} this","b\\"c\\\\"]',
    number: '12345678901234567890',
  });
  await carryOut(await trigger('network'), LETS_OUT);
  expect(await newest('app')).toMatchObject({
    state: 'CANCELED',
    message: expect.stringContaining('no output that it takes'),
  });
  await push('network', network('hunter2-second'));
  await carryOut(await trigger('network'), LETS_OUT);
  expect(await carryOut((await newest('app')).id, LETS_OUT)).toMatch(/FINISHED/);
}, 120_000);

test('a task tells the outputs, and a destroy run that there are none', async () => {
  await makeStack('network', network('hunter2'));
  await carryOut(await trigger('network'));
  expect(await outputs('network')).toMatchObject({ zone: '"eu"' });
  expect(await carryOut(await trigger('network', 'TASK'))).toMatch(/the values of 3 of 4 were taken[^]*FINISHED/);
  expect(await outputs('network')).toMatchObject({ zone: '"eu"' });
  expect(await carryOut(await trigger('network', 'DESTROY'))).toContain('the values of 0 of 0 were taken.');
  expect(await outputs('network')).toEqual({});
}, 120_000);
