import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { create } from 'tar';
import type { ControlPlane } from '../../src/control-plane';
import { systemClock } from '../../src/time';
import { init } from '../../src/launcher/init/init';
import { relay } from '../../src/launcher/relay/relay';
import { SHIM_PATH } from '../../src/launcher/shim/path';
import { connectPoll } from '../../src/protocol/client';
import type { Assignment, WorkerView } from '../../src/protocol/messages';
import type { ControlPlaneSession } from '../../src/protocol/session';
import { encodeToken } from '../../src/protocol/token';
import { eventually, makePool, newWorker, startTestControlPlane } from '../control-plane/support/control-plane';
import type { TestPool } from '../control-plane/support/control-plane';
import { mountCredentials } from './support/credentials';

jest.setTimeout(60_000);

/** Does what the stack's steps need of OpenTofu: keeps a plan file, and applies exactly that. */
const FAKE_TOFU = `#!/bin/sh
set -eu
command=$1
for last; do :; done
case $command in
  init) mkdir -p .terraform && echo initialized ;;
  plan) echo "will greet $TF_VAR_name" && echo "greet $TF_VAR_name" >"\${last#-out=}" && exit 2 ;;
  apply) [ -d .terraform ] && echo "applied: $(cat "$last")" ;;
esac
`;
/** A real OpenTofu for the same tests, where somebody names one: WORKER_POOLS_TEST_TOFU=/path/to/tofu. */
const REAL_TOFU = process.env['WORKER_POOLS_TEST_TOFU'];

let root: string;
let controlPlane: ControlPlane;
let pool: TestPool;
let session: ControlPlaneSession;
let view: WorkerView | undefined;
const worker = newWorker();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'whole-life-'));
  controlPlane = await startTestControlPlane({ dataDir: join(root, 'data'), mqttPort: null });
  pool = await makePool(controlPlane);
  const credentials = { token: pool.token, privateKeyPem: pool.privateKeyPem };
  const events = { onView: (newest: WorkerView) => void (view = newest), onStatus: () => undefined };
  session = connectPoll({ ...credentials, session: 'pool-uid', userAgent: 'test/1' }, events);
  await session.register({ workers: [worker] });
  const tofu = join(root, 'bin', 'tofu');
  await mkdir(dirname(tofu));
  if (REAL_TOFU === undefined) await writeFile(tofu, FAKE_TOFU);
  else await copyFile(REAL_TOFU, tofu);
  await chmod(tofu, 0o755);
});

afterEach(async () => {
  await session.close();
  await controlPlane.close();
  await rm(root, { recursive: true, force: true });
});

async function stack(autoDeploy: boolean): Promise<void> {
  controlPlane.admin.createStack({
    name: 'hello',
    pool: pool.id,
    autoDeploy,
    environment: { TF_VAR_name: "Ann's cat" },
  });
  const folder = join(root, 'source');
  await cp(join(import.meta.dirname, '../../examples/stacks/hello'), folder, { recursive: true });
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: folder, gzip: true }, ['.'])) chunks.push(chunk);
  await controlPlane.admin.uploadSource('hello', Readable.from(chunks));
}

/** One run Pod: its three containers in their order. */
async function runPod({ runId, stage, attempt, fence, startDeadline }: Assignment): Promise<number> {
  const folder = (name: string): string => join(root, `pod-${attempt}`, name);
  const paths = {
    workspace: folder('workspace'),
    binaries: folder('binaries'),
    credentials: folder('credentials'),
    exchange: folder('exchange'),
  };
  const privateKey = Buffer.from(pool.privateKeyPem).toString('base64');
  await mountCredentials(paths.credentials, encodeToken(pool.token), privateKey);
  const identity = { runId, stage, attempt, fence, startDeadline, workerName: worker.name, podUid: `pod-${attempt}` };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const both = { identity, paths, clock: systemClock, logger };
  await init({ ...both, environment: {}, shim: SHIM_PATH, signal: new AbortController().signal });
  const print = (): void => undefined;
  const relayed = relay({ ...both, environment: {}, print, terminating: new AbortController().signal });
  const path = [dirname(join(root, 'bin', 'tofu')), process.env['PATH']].join(delimiter);
  const shim = spawn('sh', [join(paths.binaries, 'spacelift-worker'), paths.exchange], {
    env: { PATH: path, HOME: root, CHECKPOINT_DISABLE: '1' },
    stdio: 'ignore',
  });
  const [code] = (await once(shim, 'exit')) as [number];
  await relayed;
  await session.report({ workerId: worker.id, runId, attempt, fence, report: { kind: 'released' } });
  return code;
}

const assigned = (stage: Assignment['stage']): Promise<Assignment> =>
  eventually(() => (view?.assignment?.stage === stage ? view.assignment : undefined), `an assignment to ${stage}`);

const logOf = (runId: string): string =>
  controlPlane.admin
    .readLog(runId, 0)
    .map((record) => record.text)
    .join('');

describe('a run over its whole life, on the real control plane', () => {
  test('is planned, kept, and applied in another Pod from the same state', async () => {
    await stack(true);
    const run = controlPlane.admin.createRun({ stack: 'hello' });
    expect(await runPod(await assigned('preparing'))).toBe(0);
    const applying = await assigned('applying');
    expect(applying.attempt).toBe(2);
    expect(await runPod(applying)).toBe(0);
    expect(controlPlane.admin.run(run.id)).toMatchObject({ state: 'FINISHED', hasChanges: true });
    const log = logOf(run.id);
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

  test('keeps its state from the control plane: what lies there can be read by the pool alone', async () => {
    await stack(false);
    const run = controlPlane.admin.createRun({ stack: 'hello' });
    await runPod(await assigned('preparing'));
    expect(controlPlane.admin.run(run.id)?.state).toBe('UNCONFIRMED');
    const blob = controlPlane.admin.run(run.id)?.workspace ?? '';
    const sealed = await readFile(join(root, 'data', 'blobs', 'workspaces', blob));
    expect(sealed.subarray(0, 4).toString()).toBe('WPS2');
  });
});
