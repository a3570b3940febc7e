import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ApiClient } from '../../src/cli/api/client';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { folderWithTofu, ProcessPool, sourceOf, TOOLS_WITHIN_MS } from '../launcher/support/process-pool';
import { removeFolder, temporaryFolder } from '../support/folder';

/* Versions of modules, tested by runs of the real OpenTofu, and fetched by it from the registry. */

const MODULE = {
  'network/main.tf': `
variable "size" { default = 1 }
resource "terraform_data" "network" { input = var.size }
output "size" { value = terraform_data.network.output }
`,
  'examples/large/main.tf': `
module "network" {
  source = "../../network"
  size   = 5
}
output "size" { value = module.network.size }
`,
  'examples/broken/main.tf': `
resource "terraform_data" "made" {
  provisioner "local-exec" {
    when    = destroy
    command = "echo it is destroyed"
  }
}
resource "terraform_data" "failing" {
  depends_on = [terraform_data.made]
  provisioner "local-exec" { command = "exit 3" }
}
`,
};

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
  controlPlane = await TestControlPlane.start({ mqttPort: null });
  pool = await ProcessPool.open(controlPlane, bin, root);
  await controlPlane.admin.modules.create({ name: 'network', pool: pool.pool.id, projectRoot: 'network' });
});

afterEach(async () => {
  await pool.close();
  await controlPlane.close();
  removeFolder(root);
});

/** A version with its tests carried out; what their logs say, and what it is then. */
async function version(number: string, files: Readonly<Record<string, string>>, ...tests: string[]) {
  const { modules } = controlPlane.admin;
  const source = await modules.uploadSource('legacy/network/default', sourceOf(files));
  const { id } = await modules.createVersion({ module: 'legacy/network/default', number, source, tests });
  const logs: string[] = [];
  for (const { runId } of (await modules.tests([id])).get(id) ?? []) logs.push(await pool.carryOutAll(runId));
  return { logs, state: (await modules.version(id))?.state, id };
}

/** What tofu prints in a folder with this source, as somebody with this token. */
async function tofu(command: string, source: string, token: string): Promise<string> {
  const folder = join(root, 'user');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.tf'), source);
  writeFileSync(join(root, 'tofurc'), `credentials "${host()}" {\n  token = "${token}"\n}\n`);
  writeFileSync(join(root, 'ca.pem'), controlPlane.ca);
  const env = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: root,
    CHECKPOINT_DISABLE: '1',
    SSL_CERT_FILE: join(root, 'ca.pem'),
    TF_CLI_CONFIG_FILE: join(root, 'tofurc'),
  };
  const child = spawn('sh', ['-c', `${command} 2>&1`], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return printed;
}

const host = (): string => `127.0.0.1:${new URL(controlPlane.url).port}`;
const using = (constraint: string): string => `
module "network" {
  source  = "${host()}/legacy/network/default"
  version = "${constraint}"
  size    = 7
}
output "size" { value = module.network.size }
`;

async function token(role: 'reader' | 'worker-pool-controller'): Promise<string> {
  const { id, secret } = await controlPlane.admin.keys.create({ name: role, role });
  const client = new ApiClient({ url: controlPlane.url, ca: controlPlane.ca, id, secret: () => secret! });
  try {
    return await client.token();
  } finally {
    client.close();
  }
}

test('a version is made and destroyed by the real OpenTofu, and then had from the registry by its number', async () => {
  const first = await version('1.0.0', MODULE, 'network', 'examples/large');
  expect(first.state).toBe('ACTIVE');
  for (const log of first.logs) {
    expect(log).toMatch(/Apply complete! Resources: 1 added[^]*Destroy complete! Resources: 1 destroyed/);
  }
  const other = { ...MODULE, 'network/main.tf': MODULE['network/main.tf'].replace('var.size }', 'var.size * 2 }') };
  expect((await version('1.1.0', other)).state).toBe('ACTIVE');
  const reader = await token('reader');
  const command = 'tofu init -upgrade -no-color && tofu apply -auto-approve -no-color';
  expect(await tofu(command, using('1.0.0'), reader)).toMatch(
    /Downloading .*legacy\/network\/default 1\.0\.0[^]*size = 7/,
  );
  expect(await tofu(command, using('~> 1.0'), reader)).toMatch(/legacy\/network\/default 1\.1\.0[^]*size = 14/);
});

test('what fails is destroyed, is not offered, and whoever may not read stacks gets nothing', async () => {
  const broken = await version('1.0.0', MODULE, 'examples/broken');
  expect(broken.state).toBe('FAILED');
  expect(broken.logs[0]).toMatch(/exit status 3[^]*it is destroyed[^]*Destroy complete! Resources: 2 destroyed/);
  const reader = await token('reader');
  expect(await tofu('tofu init -no-color', using('1.0.0'), reader)).toContain('no versions');
  const good = await version('1.0.0', MODULE);
  expect(good.state).toBe('ACTIVE');
  expect(await tofu('tofu init -no-color', using('1.0.0'), 'nobody')).toMatch(/401|unauthorized/i);
  expect(await tofu('tofu init -no-color', using('1.0.0'), await token('worker-pool-controller'))).toMatch(
    /403|denied/i,
  );
  await controlPlane.admin.modules.yankVersion(good.id);
  expect(await tofu('tofu init -no-color', using('1.0.0'), reader)).toContain('no versions');
});
