import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import { cachePath } from '../../src/local-cluster/cache';
import { run } from '../../src/local-cluster/exec';
import { withLock } from '../../src/local-cluster/lock';
import { INSTALL_TIMEOUT_MS } from '../support/debian-package';
import { makePool, makeStack, TestControlPlane } from '../control-plane/support/control-plane';

/* Public clients of Spacelift that a package registry has, as they are, against a control plane. */

const PYTHON = ['spacelift==1.1.2', 'spaceforge==1.9.0'];
const BACKSTAGE = { name: '@spacelift-io/backstage-integration-backend', version: '0.3.3' };
/** What the part of it that talks to Spacelift loads; the rest needs all of Backstage. */
const ITS_MODULES = ['graphql-request@7.4.0', 'graphql@16.15.0', 'zod@3.25.76'];

let controlPlane: TestControlPlane;
let pool: string;
let modules: { readonly python: string; readonly node: string };
const keys = new Map<'reader' | 'operator', { readonly id: string; readonly secret: string }>();

beforeAll(async () => {
  modules = { python: await pythonModules(), node: await nodeModules() };
  controlPlane = await TestControlPlane.start();
  pool = (await makePool(controlPlane)).id;
  await makeStack(controlPlane, pool, 'network');
  for (const role of ['reader', 'operator'] as const) {
    const { id, secret } = await controlPlane.admin.keys.create({ name: role, role });
    keys.set(role, { id, secret: secret! });
  }
}, INSTALL_TIMEOUT_MS);

afterAll(() => controlPlane?.close());

/** Fills a folder once on this machine. */
async function once(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(cachePath('tools'), name);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await fill(unfinished);
    await rename(unfinished, folder);
  });
  return folder;
}

function pythonModules(): Promise<string> {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--root-user-action=ignore'];
  return once(`clients-${PYTHON.join('-')}`, (folder) =>
    run('python3', ['-m', 'pip', 'install', ...quiet, '--target', folder, ...PYTHON]),
  );
}

function nodeModules(): Promise<string> {
  const { name, version } = BACKSTAGE;
  return once(`clients-backstage-${version}`, async (cwd) => {
    await writeFile(join(cwd, 'package.json'), '{}');
    const quiet = ['--silent', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...quiet, '--save-exact', ...ITS_MODULES], { cwd });
    const packed = (await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd })).trim();
    const folder = join(cwd, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await extract({ file: join(cwd, packed), cwd: folder, strip: 1 });
  });
}

/** What the program prints, as JSON. */
async function printed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const ca = controlPlane.file('ca.crt');
  const trust = { REQUESTS_CA_BUNDLE: ca, SSL_CERT_FILE: ca, NODE_EXTRA_CA_CERTS: ca };
  const path = { PATH: process.env.PATH!, PYTHONPATH: modules.python, NODE_PATH: join(modules.node, 'node_modules') };
  return JSON.parse(await run(program, args, { env: { ...path, ...trust, ...env } }));
}

const python = (source: string, env: Readonly<Record<string, string>>) => printed('python3', ['-c', source], env);

const environment = (role: 'reader' | 'operator') => {
  const { id, secret } = keys.get(role)!;
  const graphql = `${controlPlane.endpoint}/graphql`;
  return { KEY_ID: id, KEY_SECRET: secret, GRAPHQL: graphql, HOST: new URL(graphql).host };
};

test('spacelift of PyPI lists stacks and spaces', async () => {
  const source = `
import json, os
from spacelift import Spacelift
client = Spacelift(os.environ["GRAPHQL"], os.environ["KEY_ID"], os.environ["KEY_SECRET"])
print(json.dumps([client.get_stacks(), client.get_stack_by_id("network", ["name", "space"]),
    client.get_spaces(), client.get_space_by_id("legacy")]))`;
  const { id } = (await controlPlane.admin.stack('network'))!;
  expect(await python(source, environment('reader'))).toEqual([
    [{ id, space: 'legacy' }],
    { name: 'network', space: 'legacy' },
    [{ id: 'legacy', name: 'legacy' }],
    { id: 'legacy', name: 'legacy' },
  ]);
});

test('spaceforge of PyPI exchanges a key, and asks for a stack', async () => {
  const source = `
import json, os
from spaceforge import SpaceforgePlugin
plugin = SpaceforgePlugin()
plugin.use_user_token(os.environ["KEY_ID"], os.environ["KEY_SECRET"])
print(json.dumps(plugin.query_api("query ($stackId: ID!) { stack(id: $stackId) { name } }", {"stackId": "network"})))`;
  const env = { ...environment('reader'), TF_VAR_spacelift_graphql_endpoint: environment('reader').GRAPHQL };
  expect(await python(source, env)).toEqual({ data: { stack: { name: 'network' } } });
});

test("Backstage's plugin shows the stacks, and its button queues a run", async () => {
  const source = `
const { createSpaceliftService } = require('${BACKSTAGE.name}/dist/services/Spacelift/Spacelift.service.cjs.js');
const { HOST: hostUrl, KEY_ID: apiKey, KEY_SECRET: apiSecret } = process.env;
const logger = { info() {}, error: console.error };
createSpaceliftService({ api: { hostUrl, apiKey, apiSecret }, logger }).then(async (service) => {
  const before = await service.getStacks();
  const run = await service.triggerRun('network');
  console.log(JSON.stringify({ before, run }));
});`;
  // By its place: the package has no such entry.
  const placed = source.replace(BACKSTAGE.name, join(modules.node, 'node_modules', BACKSTAGE.name));
  const answer = await printed(process.execPath, ['-e', placed], environment('operator'));
  expect(answer).toMatchObject({
    before: [
      { name: 'network', description: null, labels: [], state: 'NONE', branch: '', spaceDetails: { id: 'legacy' } },
    ],
    run: { state: 'QUEUED' },
  });
  const { run: queued } = answer as { run: { id: string } };
  expect((await controlPlane.admin.run(queued.id))?.stackName).toBe('network');
});
