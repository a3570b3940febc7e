import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { RunType } from '../../src/control-plane/store/records';
import type { Assignment } from '../../src/protocol/messages';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { ProcessPool, sourceOf } from '../launcher/support/process-pool';
import { installAnsible } from '../support/ansible';
import { removeFolder, temporaryFolder } from '../support/folder';

/* Runs of stacks that a real Ansible carries out, in Pods that are processes. */

let bin: string;
let root: string;
let controlPlane: TestControlPlane;
let pool: ProcessPool;

beforeAll(async () => {
  bin = await installAnsible();
});

afterAll(() => removeFolder(dirname(dirname(bin))));

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

const PLAYBOOK = `
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        content: "{{ lookup('ansible.builtin.env', 'GREETING') }}\\n"
        dest: "{{ lookup('ansible.builtin.env', 'TARGET') }}"
        mode: '0644'
`;

type Files = Readonly<Record<string, string>>;

/** Of a stack that greets in a file. @returns that file */
async function stack(files: Files, settings: { readonly playbook?: string; readonly projectRoot?: string } = {}) {
  const target = join(root, 'greeting');
  const environment = { GREETING: "Ann's cat", TARGET: target };
  const { id } = pool.pool;
  await controlPlane.admin.createStack({ name: 'hello', pool: id, tool: 'ANSIBLE', environment, ...settings });
  await controlPlane.admin.uploadSource('hello', sourceOf(files));
  return target;
}

async function begin(type: RunType = 'TRACKED', command?: string): Promise<string> {
  const { id } = await controlPlane.admin.createRun({ stack: 'hello', type, ...(command && { command }) });
  await runPod(id, 'preparing');
  return id;
}

/** What it installs at home goes with the Pod. */
async function runPod(id: string, stage: Assignment['stage']): Promise<Assignment> {
  const home = join(root, `home-${id}-${stage}`);
  await mkdir(home);
  return pool.carryOut(id, stage, { home });
}

async function confirm(id: string): Promise<void> {
  await controlPlane.admin.confirm(id);
  await runPod(id, 'applying');
}

const run = (id: string) => controlPlane.admin.run(id);
const logOf = (id: string): Promise<string> => pool.logOf(id);

test('a run checks first what the playbook would change, and then changes exactly that', async () => {
  const target = await stack({ 'playbook.yml': PLAYBOOK });
  const id = await begin();
  expect(await run(id)).toMatchObject({ state: 'UNCONFIRMED', hasChanges: true });
  expect(await logOf(id)).toMatch(/\+Ann's cat[\s\S]*changed=1/);
  await expect(readFile(target, 'utf8')).rejects.toThrow('ENOENT');

  await confirm(id);
  expect(await run(id)).toMatchObject({ state: 'FINISHED', hasChanges: true });
  expect(await readFile(target, 'utf8')).toBe("Ann's cat\n");

  const again = await begin();
  expect(await run(again)).toMatchObject({ state: 'FINISHED', hasChanges: false });
});

test("a playbook in a folder, beside plugins of one's own and with callbacks in ansible.cfg, is counted just as well", async () => {
  const own = `
from ansible.plugins.callback import CallbackBase
class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = 'own'
    def v2_playbook_on_stats(self, stats):
        print('the own plugin was called')
`;
  const cfg = '[defaults]\ncallback_plugins = elsewhere\ncallbacks_enabled = own\n';
  await stack(
    {
      'project/plays/site.yml': PLAYBOOK,
      'project/plays/callback_plugins/keep.py': '',
      'project/elsewhere/own.py': own,
      'project/ansible.cfg': cfg,
    },
    { playbook: 'plays/site.yml', projectRoot: 'project' },
  );
  const id = await begin();
  expect(await run(id)).toMatchObject({ state: 'UNCONFIRMED' });
  expect(await logOf(id)).toContain('the own plugin was called');
  await confirm(id);
  expect(await run(id)).toMatchObject({ state: 'FINISHED' });
});

test('a playbook that fails, on a host or in itself, fails the run', async () => {
  const failing = PLAYBOOK.replace(
    / +- ansible.builtin.copy[\s\S]*/,
    '    - ansible.builtin.fail:\n        msg: no way\n',
  );
  await stack({ 'playbook.yml': failing });
  const id = await begin();
  expect(await run(id)).toMatchObject({ state: 'FAILED', reason: 'UserFailed', exitCode: 1 });
  expect(await logOf(id)).toContain('no way');
});

test('a playbook that is not there is told of in the log', async () => {
  await stack({ 'site.yml': PLAYBOOK });
  const id = await begin();
  expect(await run(id)).toMatchObject({ state: 'FAILED', reason: 'UserFailed' });
  expect(await logOf(id)).toContain('playbook.yml could not be found');
});

test('requirements are installed before the check, and again for the apply', async () => {
  await stack({
    'playbook.yml': PLAYBOOK,
    'requirements.yml': 'roles: []\ncollections:\n  - { name: ./collections/own, type: dir }\n',
    'collections/own/galaxy.yml':
      'namespace: own\nname: things\nversion: 1.0.0\nreadme: README.md\nauthors: [Ann]\ndescription: own things\n',
    'collections/own/README.md': '# own\n',
  });
  const id = await begin();
  await confirm(id);
  expect(await run(id)).toMatchObject({ state: 'FINISHED' });
  expect((await logOf(id)).match(/own\.things:1\.0\.0 was installed successfully/g)).toHaveLength(2);
});

test('a task runs any command with it, and a destroy run is refused: there is nothing that Ansible could know of', async () => {
  await stack({ 'playbook.yml': PLAYBOOK });
  const id = await begin('TASK', 'ansible localhost -m ansible.builtin.ping');
  expect(await run(id)).toMatchObject({ state: 'FINISHED' });
  expect(await logOf(id)).toContain('"ping": "pong"');
  await expect(controlPlane.admin.createRun({ stack: 'hello', type: 'DESTROY' })).rejects.toThrow(
    'Ansible keeps no record of what it has made',
  );
});

test('its Pods get the image for Ansible, of the pool or of the control plane', async () => {
  await stack({ 'playbook.yml': PLAYBOOK });
  const { id } = await controlPlane.admin.createRun({ stack: 'hello' });
  expect(await runPod(id, 'preparing')).toMatchObject({
    vendor: 'ansible',
    defaultRunnerImage: 'public.ecr.aws/spacelift/runner-ansible:latest',
  });
});
