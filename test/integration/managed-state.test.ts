import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewRun } from '../../src/control-plane/admin/input';
import { placeState } from '../../src/launcher/init/managed-state';
import { StateBackend } from '../../src/launcher/relay/state-backend';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { folderWithTofu, ProcessPool, sourceOf, TOOLS_WITHIN_MS } from '../launcher/support/process-pool';
import { runSpec, step } from '../launcher/support/run-pod';
import { removeFolder, temporaryFolder } from '../support/folder';
import { until } from '../support/until';
import { systemClock } from '../../src/time';

/** A stack with two resources that need no provider. */
const SOURCE = {
  'main.tf': `
resource "terraform_data" "network" { input = var.size }
resource "terraform_data" "subnet" { input = terraform_data.network.id }
variable "size" { default = 1 }
`,
};

const SPEC = runSpec([step('plan', 'tofu plan')], { stage: 'preparing' });

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

async function stack(files: Readonly<Record<string, string>> = SOURCE, environment = {}): Promise<void> {
  await controlPlane.admin.createStack({ name: 'network', pool: pool.pool.id, autoDeploy: true, environment });
  await push(files);
}

async function push(files: Readonly<Record<string, string>>): Promise<void> {
  await controlPlane.admin.uploadSource('network', sourceOf(files));
}

/** A run over its whole life; what its log says. */
async function run(wanted: Partial<NewRun> = {}): Promise<string> {
  const { id } = await controlPlane.admin.createRun({ stack: 'network', autoDeploy: true, ...wanted });
  const log = await pool.carryOutAll(id);
  return `${log}${(await controlPlane.admin.run(id))?.state}`;
}

/** What a command prints, whatever it ends with. */
async function sh(command: string): Promise<string> {
  const env = { PATH: [bin, process.env['PATH']].join(delimiter), HOME: root, CHECKPOINT_DISABLE: '1' };
  const child = spawn('sh', ['-c', `${command} 2>&1`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return printed;
}

const state = async (): Promise<string> => text((await controlPlane.admin.states.pull('network')).content);

/** Applies until the file is there. */
const HELD = {
  'main.tf': `
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "echo waiting; while [ ! -e $HOME/told ]; do sleep 0.1; done" }
}
`,
};

/** OpenTofu's own encryption, as the guide has it. */
const [, ENCRYPTION = ''] =
  /^```text\n(key_provider [^`]*)^```$/m.exec(readFileSync('docs/guides/managed-state.md', 'utf8')) ?? [];

test('what a plan of the real OpenTofu changes is told without any value, whatever options the stack has', async () => {
  const source = (more: string): Record<string, string> => ({
    'main.tf': `
      variable "password" { sensitive = true }
      resource "terraform_data" "of" {
        for_each         = toset(["a", "b <i>"])
        input            = var.password
        triggers_replace = [var.password]
      }
      output "password" {
        value     = var.password
        sensitive = true
      }
      ${more}`,
  });
  const changes = async () => {
    const [{ id } = { id: '' }] = await controlPlane.admin.runs({ stack: 'network', limit: 1 });
    return controlPlane.admin.plans.changes(id);
  };
  await stack(source(''), { TF_VAR_password: 'hunter2', TF_CLI_ARGS_show: '-no-such-option' });
  expect(await run()).toContain('Apply complete! Resources: 2 added');
  const addresses = ['terraform_data.of["a"]', 'terraform_data.of["b <i>"]'];
  expect(await changes()).toMatchObject({
    counts: { create: 2, resources: 2, outputs: 1 },
    changes: addresses.map((address) => ({ address, action: 'create' })),
    outputs: [{ name: 'password', action: 'create' }],
  });
  await controlPlane.admin.updateStack('network', { environment: { TF_VAR_password: 'hunter3' } });
  await push(source('resource "terraform_data" "new" {}'));
  expect(await run()).toContain('Apply complete! Resources: 3 added, 0 changed, 2 destroyed.');
  const replaced = { action: 'replace', reason: 'replace_because_cannot_update', replacedFor: ['triggers_replace'] };
  const told = await changes();
  expect(told).toMatchObject({
    counts: { create: 1, replace: 2, resources: 3 },
    changes: [
      { address: 'terraform_data.new', action: 'create' },
      ...addresses.map((address) => ({ address, ...replaced })),
    ],
  });
  expect(JSON.stringify(told)).not.toContain('hunter');
  expect(await run({ type: 'DESTROY' })).toContain('Apply complete! Resources: 0 added, 0 changed, 3 destroyed.');
  expect(await changes()).toMatchObject({ counts: { delete: 3, resources: 0 }, outputs: [{ action: 'delete' }] });
});

test('a task of the real OpenTofu changes the state that later runs find, and ends as its command does', async () => {
  await stack();
  await run();
  const removed = await run({ type: 'TASK', command: "tofu state rm 'terraform_data.subnet' && echo it is removed" });
  expect(removed).toMatch(/Removed terraform_data\.subnet[^]*it is removed[^]*FINISHED$/);
  expect(JSON.parse(await state())).toMatchObject({ resources: [{ name: 'network' }] });
  expect(await run({ type: 'TASK', command: 'tofu state show terraform_data.subnet' })).toMatch(/FAILED$/);
  expect(await run()).toContain('Apply complete! Resources: 1 added, 0 changed, 0 destroyed.');
});

test('a run with a folder and variables of its own plans by them with the real OpenTofu, and no other run does', async () => {
  await stack({
    ...SOURCE,
    'envs/dev/main.tf': SOURCE['main.tf'].replace('network"', 'elsewhere"').replace('data.network', 'data.elsewhere'),
  });
  await run();
  const own = { projectRoot: 'envs/dev', environment: { TF_VAR_size: '77' } };
  const planned = await run({ type: 'PROPOSED', ...own });
  expect(planned).toMatch(/terraform_data\.elsewhere will be created[^]*input *= "77"[^]*FINISHED$/);
  expect(await run()).toContain('No changes. Your infrastructure matches the configuration.');
});

test('the plan of the real OpenTofu comes in its colours, and plainly to a stack that wants it so', async () => {
  const printed = async (step: string) => {
    const [{ id } = { id: '' }] = await controlPlane.admin.runs({ stack: 'network', limit: 1 });
    const records = await controlPlane.admin.readLog(id, 0);
    return records.flatMap(({ step: of, text }) => (of === step ? [text] : [])).join('');
  };
  await stack();
  await run();
  expect(await printed('plan')).toContain('\u001b[1mPlan:\u001b[0m 2 to add');
  for (const step of ['init', 'apply']) expect(await printed(step)).toContain('\u001b[32m');
  await controlPlane.admin.updateStack('network', { environment: { TF_CLI_ARGS: '-no-color' } });
  await push({ 'main.tf': SOURCE['main.tf'].replace('default = 1', 'default = 2') });
  expect(await run()).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
  for (const step of ['init', 'plan', 'apply']) expect(await printed(step)).not.toContain('\u001b');
  expect(await printed('plan')).toContain('Plan: 0 to add, 1 to change');
});

describe('the state of a stack without a backend, with the real OpenTofu', () => {
  test('is there at its second run, which finds nothing to change, and follows what is changed', async () => {
    await stack();
    expect(await run()).toContain('Apply complete! Resources: 2 added');
    expect(await run()).toContain('No changes. Your infrastructure matches the configuration.');
    await push({ 'main.tf': SOURCE['main.tf'].replace('default = 1', 'default = 2') });
    expect(await run()).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
    expect(JSON.parse(await state())).toMatchObject({ resources: [{ name: 'network' }, { name: 'subnet' }] });
    const { id } = (await controlPlane.admin.stack('network'))!;
    expect(await controlPlane.admin.states.lock(id)).toBeNull();
  });

  test('is read by nobody else where OpenTofu encrypts it itself', async () => {
    const environment = { TF_ENCRYPTION: ENCRYPTION, TF_VAR_size: '"a secret size"' };
    await stack({ 'main.tf': SOURCE['main.tf'].replace('default = 1', 'type = string') }, environment);
    expect(await run()).toContain('Apply complete! Resources: 2 added');
    expect(await run()).toContain('No changes. Your infrastructure matches the configuration.');
    expect(await state()).toContain('"encrypted_data"');
    expect(await state()).not.toContain('a secret size');
  });

  test('is written though the control plane was away when it was to be', async () => {
    await stack(HELD);
    const { id } = await controlPlane.admin.createRun({ stack: 'network' });
    await pool.carryOut(id, 'preparing');
    const applied = pool.runPod(await pool.assigned(id, 'applying'));
    const log = () => pool.logOf(id);
    await until(async () => (await log()).includes('waiting'), 'the apply');
    await controlPlane.restart(async () => {
      writeFileSync(join(root, 'told'), '');
      // By then the tool has tried to write its state more than once.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    });
    await applied;
    expect(await log()).toContain('Apply complete! Resources: 1 added');
    expect(JSON.parse(await state())).toMatchObject({ resources: [{ name: 'slow' }] });
  });

  test('is brought from where it was', async () => {
    await stack();
    await run();
    const former = await state();
    await controlPlane.admin.deleteStack('network');
    await stack({ ...SOURCE, 'terraform.tfstate': former });
    expect(await run()).toContain('Bring it over with `worker-pools stack state push`');
    await controlPlane.admin.states.push('network', Readable.from([former]));
    expect(await run()).toContain('No changes. Your infrastructure matches the configuration.');
  });

  test('shows who has locked it', async () => {
    const folder = join(root, 'source');
    await mkdir(folder);
    for (const [name, content] of Object.entries(SOURCE)) writeFileSync(join(folder, name), content);
    const heldBy = {
      ID: 'the-lock',
      Operation: 'OperationTypeApply',
      Info: 'run 01K0 holds it (APPLYING)',
      Who: 'root@pod',
    };
    const more = { Version: '1.10.6', Created: '2026-11-27T05:00:00Z', Path: '' };
    const never = (): Promise<never> => Promise.reject(new Error('not asked'));
    const client = {
      state: () => Promise.resolve(undefined),
      writeState: never,
      unlockState: never,
      lockState: () => Promise.resolve({ heldBy: { ...heldBy, ...more } }),
    };
    await placeState({ ...SPEC, managedState: { version: 0 } }, folder);
    const backend = await StateBackend.open({
      client,
      exchange: root,
      clock: systemClock,
      say: () => Promise.resolve(),
    });
    try {
      const planned = await sh(`. ${root}/state-backend.sh && cd ${folder} && tofu init && tofu plan -no-color`);
      expect(planned).toContain('Error acquiring the state lock');
      expect(planned).toContain('run 01K0 holds it (APPLYING)');
    } finally {
      await backend.close();
    }
  });
});
