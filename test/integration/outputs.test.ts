import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { folderWithTofu, ProcessPool, sourceOf, TOOLS_WITHIN_MS } from '../launcher/support/process-pool';
import { removeFolder, temporaryFolder } from '../support/folder';

/* Outputs of the real OpenTofu, from the state of one stack into the plan of another. */

let root: string;
let bin: string;
let controlPlane: TestControlPlane;
let pool: ProcessPool;

beforeAll(async () => {
  bin = await folderWithTofu();
}, TOOLS_WITHIN_MS);

afterAll(() => removeFolder(bin));

beforeEach(async () => {
  root = temporaryFolder();
  controlPlane = await TestControlPlane.start();
  pool = await ProcessPool.open(controlPlane, bin, root);
});

afterEach(async () => {
  await pool.close();
  await controlPlane.close();
  removeFolder(root);
});

async function push(stack: string, source: string): Promise<void> {
  await controlPlane.admin.uploadSource(stack, sourceOf({ 'main.tf': source }));
}

async function makeStack(name: string, source: string): Promise<void> {
  await controlPlane.admin.createStack({ name, pool: pool.pool.id, autoDeploy: true });
  await push(name, source);
}

/** Carries a run out over its whole life. @returns what its log says, and how it ended */
async function carryOut(runId: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const log = await pool.carryOutAll(runId, { environment });
  const { state, message } = (await controlPlane.admin.run(runId))!;
  return `${log}${state} ${message}`;
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
