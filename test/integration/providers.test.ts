import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runSpec } from '../../src/control-plane/queue/steps';
import type { RunRecord, StackRecord } from '../../src/control-plane/store/records';
import { pack, unpack } from '../../src/launcher/archive';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import type { Stage } from '../../src/protocol/messages';
import { zipOf } from '../launcher/support/zip';
import { removeFolder, temporaryFolder } from '../support/folder';

/* The real OpenTofu, and a mirror with a provider that it can install: initializing starts no provider. */

const ADDRESS = 'registry.opentofu.org/tests/tiny';
const PLATFORM = `linux_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const SOURCE = `
terraform {
  required_providers {
    tiny = {
      source  = "tests/tiny"
      version = ">= 1.0.0"
    }
  }
}
`;

let tofu: string;
beforeAll(async () => {
  ({ tofu } = await ensureBinaries(['tofu']));
});

let root: string;
beforeEach(async () => {
  root = temporaryFolder();
  await mirror('1.2.3');
  const method = `filesystem_mirror {\n path = "${join(root, 'mirror')}"\n }`;
  await writeFile(join(root, 'mirror.tfrc'), `provider_installation {\n ${method}\n}\n`);
});
afterEach(() => removeFolder(root));

async function mirror(version: string): Promise<void> {
  const folder = join(root, 'mirror', ADDRESS);
  await mkdir(folder, { recursive: true });
  const program = { [`terraform-provider-tiny_v${version}`]: `#!/bin/sh\necho ${version}\n` };
  await writeFile(join(folder, `terraform-provider-tiny_${version}_${PLATFORM}.zip`), zipOf(program));
}

async function workspace(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFile(join(folder, 'main.tf'), SOURCE);
  return folder;
}

const run = async (command: string, cwd: string, environment: Readonly<Record<string, string>>): Promise<string> => {
  const env = { PATH: `${join(tofu, '..')}:/usr/bin:/bin`, HOME: root, TF_CLI_CONFIG_FILE: join(root, 'mirror.tfrc') };
  const words = command.replace(/^tofu /, `${tofu} `);
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', words], { cwd, env: { ...env, ...environment } });
  return stdout;
};

/** The command by which a stage initializes. */
function initOf(stage: Stage): string {
  const record = { id: '', type: 'TRACKED', command: null, projectRoot: null, tool: null } as unknown as RunRecord;
  const stack = { id: '', name: 'stack', tool: 'OPENTOFU', toolVersion: null, projectRoot: '' } as StackRecord;
  const spec = runSpec(record, { stack, environment: {}, credentials: {}, stateVersion: 0 }, stage);
  return spec.steps.find(({ name }) => name === 'init')!.command;
}

/** Which version the tool would start, by what is installed. */
async function installed(data: string): Promise<string[]> {
  return readdir(join(data, 'providers', ADDRESS));
}

test('20 runs at once take their providers from one mirror, each with a whole package and a whole lock file', async () => {
  const folders = await Promise.all(Array.from({ length: 20 }, (_, number) => workspace(`run-${number}`)));
  await Promise.all(folders.map((folder) => run(initOf('preparing'), folder, {})));
  const [first, ...others] = await Promise.all(
    folders.map((folder) => readFile(join(folder, '.terraform.lock.hcl'), 'utf8')),
  );
  expect(first).toMatch(/version +=? ?"?1\.2\.3|"1\.2\.3"/);
  for (const lock of others) expect(lock).toBe(first);
  for (const folder of folders) {
    const program = join(folder, '.terraform/providers', ADDRESS, '1.2.3', PLATFORM, 'terraform-provider-tiny_v1.2.3');
    expect(await readFile(program, 'utf8')).toBe('#!/bin/sh\necho 1.2.3\n');
  }
});

describe('an apply has the providers of its plan, though a newer one is there by then,', () => {
  test.each<[name: string, environment: Readonly<Record<string, string>>]>([
    ['where the stack sets nothing', {}],
    ['where TF_DATA_DIR lies in the workspace', { TF_DATA_DIR: 'data' }],
    ['where TF_DATA_DIR lies outside', { TF_DATA_DIR: 'POD/data' }],
    ['where TF_PLUGIN_CACHE_DIR lies outside', { TF_PLUGIN_CACHE_DIR: 'POD/cache' }],
    [
      'where TF_PLUGIN_CACHE_DIR may break the lock file',
      { TF_PLUGIN_CACHE_DIR: 'POD/cache', TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1' },
    ],
    ['where TF_CLI_CONFIG_FILE lies in the source', { TF_CLI_CONFIG_FILE: 'own.tfrc' }],
    ['where TF_CLI_ARGS_init upgrades', { TF_CLI_ARGS_init: '-upgrade' }],
    ['where TF_CLI_ARGS_init keeps to the lock file of the source', { TF_CLI_ARGS_init: '-lockfile=readonly' }],
    ['where TF_CLI_ARGS_init has a folder of its own', { TF_CLI_ARGS_init: '-plugin-dir=ROOT/mirror' }],
    ['where TF_CLI_ARGS_init reconfigures', { TF_CLI_ARGS_init: '-reconfigure -get=false' }],
    ['where TF_CLI_ARGS has words for all commands', { TF_CLI_ARGS: '-no-color' }],
  ])('%s', async (_name, variables) => {
    const inPod = async (stage: Stage, change: (folder: string) => Promise<unknown>): Promise<string> => {
      const pod = join(root, stage);
      for (const folder of ['', 'data', 'cache']) await mkdir(join(pod, folder));
      const folder = await workspace(`${stage}/workspace`);
      await cp(join(root, 'mirror.tfrc'), join(folder, 'own.tfrc'));
      await change(folder);
      const values = Object.entries(variables).map(([name, value]) => {
        return [name, value.replace('POD', pod).replace('ROOT', root)];
      });
      await run(initOf(stage), folder, Object.fromEntries(values) as Record<string, string>);
      return folder;
    };
    // What was there before the plan: a lock file that is kept with the source.
    const isReadOnly = variables['TF_CLI_ARGS_init']?.includes('readonly');
    const planned = await inPod('preparing', async (folder) => {
      if (isReadOnly) await run('tofu init', folder, {});
    });
    await mirror('2.0.0');
    const lock = await readFile(join(planned, '.terraform.lock.hcl'), 'utf8');
    const applied = await inPod('applying', (folder) => unpack(pack(planned), folder, { ofWorkspace: true }));
    expect(await readFile(join(applied, '.terraform.lock.hcl'), 'utf8')).toBe(lock);
    const data = variables['TF_DATA_DIR']?.replace('POD', join(root, 'applying')) ?? '.terraform';
    expect(await installed(data.startsWith('/') ? data : join(applied, data))).toContain('1.2.3');
    expect(await installed(data.startsWith('/') ? data : join(applied, data))).not.toContain('2.0.0');
  });
});
