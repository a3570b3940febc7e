import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from 'tar';
import { connectPoll } from '../../src/protocol/client';
import type { Assignment, WorkerView } from '../../src/protocol/messages';
import type { ControlPlaneSession } from '../../src/protocol/session';
import { parseToken } from '../../src/protocol/token';
import { makeKey } from '../control-plane/support/credentials';
import { makePool, newWorker, TestControlPlane } from '../control-plane/support/control-plane';
import { until } from '../support/until';
import type { TestPool } from '../control-plane/support/control-plane';
import { mountPool, runPodOfProcesses } from './support/pod-of-processes';
import { removeFolder, temporaryFolder } from '../support/folder';

/** Does what the stack's steps need of OpenTofu: keeps a plan file, and applies exactly that with what it initialized. */
const FAKE_TOFU = `#!/bin/sh
set -eu
command=$1
data=\${TF_DATA_DIR:-.terraform}
cache=\${TF_PLUGIN_CACHE_DIR:-$data}
for last; do :; done
case $command in
  init)
    mkdir -p "$data" "$cache"
    echo provider >"$cache/provider"
    [ "$cache" = "$data" ] || ln -sf "$cache/provider" "$data/provider"
    echo initialized ;;
  plan) echo "will greet $TF_VAR_name" && echo "greet $TF_VAR_name" >"\${last#-out=}" && exit 2 ;;
  apply) grep -q provider "$data/provider" && echo "applied: $(cat "$last")" ;;
esac
`;
/** In front of the tool: a plan begins when the test lets it. */
const HELD = `#!/bin/sh
if [ "$1" = plan ]; then echo waiting; while [ -e "$HOME/held" ]; do sleep 0.05; done; fi
exec "$0-itself" "$@"
`;
/** A real OpenTofu for the same tests, where somebody names one: WORKER_POOLS_TEST_TOFU=/path/to/tofu. */
const REAL_TOFU = process.env['WORKER_POOLS_TEST_TOFU'];

let root: string;
/** A folder of the worker container that is no volume. */
const OUTSIDE = join(tmpdir(), `outside-${process.pid}`);
let controlPlane: TestControlPlane;
let pool: TestPool;
let session: ControlPlaneSession;
let view: WorkerView | undefined;
const worker = newWorker();

beforeEach(async () => {
  root = temporaryFolder();
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane);
  session = connectTo(pool);
  await session.register({ workers: [worker] });
  const tofu = join(root, 'bin', 'tofu');
  await mkdir(dirname(tofu));
  await writeFile(tofu, HELD, { mode: 0o755 });
  if (REAL_TOFU === undefined) await writeFile(`${tofu}-itself`, FAKE_TOFU, { mode: 0o755 });
  else await copyFile(REAL_TOFU, `${tofu}-itself`);
});

afterEach(async () => {
  await session.close();
  await controlPlane.close();
  removeFolder(root);
});

function connectTo({ token, privateKeyPem }: TestPool): ControlPlaneSession {
  const events = { onView: (newest: WorkerView) => void (view = newest), onStatus: () => undefined };
  return connectPoll({ token, privateKeyPem, session: 'pool-uid', userAgent: 'test/1' }, events);
}

async function stack(autoDeploy: boolean, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  await controlPlane.admin.createStack({
    name: 'hello',
    pool: pool.id,
    autoDeploy,
    environment: { TF_VAR_name: "Ann's cat", ...environment },
  });
  const folder = join(root, 'source');
  await cp(join(import.meta.dirname, '../../examples/stacks/hello'), folder, { recursive: true });
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: folder, gzip: true }, ['.'])) chunks.push(chunk);
  await controlPlane.admin.uploadSource('hello', Readable.from(chunks));
}

/** One run Pod: its three containers in their order. */
async function runPod(assignment: Assignment): Promise<number> {
  const { runId, attempt, fence } = assignment;
  const folder = join(root, `pod-${attempt}`);
  const bin = join(root, 'bin');
  const code = await runPodOfProcesses(assignment, { pool, workerName: worker.name, folder, bin, home: root });
  // What the Pod had outside of its workspace goes with it.
  await rm(OUTSIDE, { recursive: true, force: true });
  await session.report({ workerId: worker.id, runId, attempt, fence, report: { kind: 'released' } });
  return code;
}

const assigned = (stage: Assignment['stage']): Promise<Assignment> =>
  until(() => (view?.assignment?.stage === stage ? view.assignment : undefined), `an assignment to ${stage}`);

const logOf = async (runId: string): Promise<string> =>
  (await controlPlane.admin.readLog(runId, 0)).map((record) => record.text).join('');

describe('a run over its whole life, on the real control plane', () => {
  test('is planned, kept, and applied in another Pod from the same state', async () => {
    await stack(true);
    const run = await controlPlane.admin.createRun({ stack: 'hello' });
    expect(await runPod(await assigned('preparing'))).toBe(0);
    const applying = await assigned('applying');
    expect(applying.attempt).toBe(2);
    expect(await runPod(applying)).toBe(0);
    expect(await controlPlane.admin.run(run.id)).toMatchObject({ state: 'FINISHED', hasChanges: true });
    const log = await logOf(run.id);
    for (const line of [
      'The source was fetched.',
      'Step plan',
      'The run state was fetched and unsealed.',
      'Step apply',
    ]) {
      expect(log).toContain(line);
    }
    expect(log).toContain(REAL_TOFU === undefined ? "applied: greet Ann's cat" : "Hello, Ann's cat!");
  });

  test.each(['TF_PLUGIN_CACHE_DIR', 'TF_DATA_DIR'])(
    'is applied with the providers of its plan, though %s leads out of the workspace',
    async (variable) => {
      await stack(true, { [variable]: OUTSIDE });
      // OpenTofu wants its cache to be there.
      await mkdir(OUTSIDE);
      const run = await controlPlane.admin.createRun({ stack: 'hello' });
      await runPod(await assigned('preparing'));
      const applying = await assigned('applying');
      await mkdir(OUTSIDE);
      expect(await runPod(applying)).toBe(0);
      expect(await controlPlane.admin.run(run.id)).toMatchObject({ state: 'FINISHED', hasChanges: true });
    },
  );

  test.each([
    { what: 'is reported by a Pod that never gets the new ones', isRenewed: false, end: 'FAILED' },
    { what: 'is applied as well, when the Pod has the new ones by its end', isRenewed: true, end: 'FINISHED' },
  ])("and a reset of its pool's credentials in the midst of the plan: it $what", async ({ isRenewed, end }) => {
    await stack(false);
    await writeFile(join(root, 'held'), '');
    const run = await controlPlane.admin.createRun({ stack: 'hello' });
    const planned = runPod(await assigned('preparing'));
    await until(async () => (await logOf(run.id)).includes('waiting'), 'the plan');

    const key = await makeKey();
    const { config } = await controlPlane.admin.resetPool(pool.id, key.csr);
    pool = { ...pool, token: parseToken(config), privateKeyPem: key.privateKeyPem };
    await session.close();
    session = connectTo(pool);
    if (isRenewed) await mountPool(join(root, 'pod-1', 'credentials'), pool);
    await rm(join(root, 'held'));
    expect(await planned).toBe(0);
    expect((await controlPlane.admin.run(run.id))?.state).toBe('UNCONFIRMED');
    expect(await logOf(run.id)).toContain('The stage preparing succeeded.');

    await controlPlane.admin.confirm(run.id);
    const applied = runPod(await assigned('applying')).catch((error: unknown) => error);
    await until(async () => (await controlPlane.admin.run(run.id))?.state === end, end);
    if (isRenewed) expect(await applied).toBe(0);
    else expect((await controlPlane.admin.run(run.id))?.message).toContain('The run state was sealed with another key');
  });

  test('keeps its state from the control plane: what lies there can be read by the pool alone', async () => {
    await stack(false);
    const run = await controlPlane.admin.createRun({ stack: 'hello' });
    await runPod(await assigned('preparing'));
    expect((await controlPlane.admin.run(run.id))?.state).toBe('UNCONFIRMED');
    const blob = (await controlPlane.admin.run(run.id))?.workspace ?? '';
    const sealed = await readFile(controlPlane.file('blobs', 'workspaces', blob));
    expect(sealed.subarray(0, 4).toString()).toBe('WPS2');
  });
});
