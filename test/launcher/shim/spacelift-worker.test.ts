import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FILE } from '../../../src/launcher/exchange';
import { WORKER_BEGAN } from '../../../src/protocol/exit-codes';
import type { Step } from '../../../src/protocol/messages';
import { until } from '../../support/until';
import { RunPod, SHELLS, step } from '../support/run-pod';
import type { Worker } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

const readyPod = async (steps: readonly Step[], environment: Record<string, string> = {}): Promise<RunPod> =>
  (pod = await RunPod.laidDown(steps, environment));

const exchanged = (name: string): string => pod.exchanged(name);

const appears = (name: string, worker: Worker): Promise<boolean> =>
  until(async () => {
    if (existsSync(join(pod.paths.exchange, name))) return true;
    if (worker.child.exitCode === null) return false;
    throw new Error(`the shim ended before ${name} appeared: ${await worker.stderr}`);
  }, name);

describe.each(SHELLS.map((shell) => ({ shell, name: shell.join(' ') })))('the shim in $name', ({ shell }) => {
  test('runs the steps in the project root and keeps what they write, and how they end', async () => {
    await readyPod([
      step('plan', 'pwd; echo careful >&2; exit 2', [2, 3]),
      step('apply', 'echo applied; exit 4'),
      step('no', 'true'),
    ]);
    const worker = pod.worker({}, shell);
    expect(await worker.exitCode).toBe(4);
    const folder = await realpath(join(pod.paths.workspace, 'stack'));
    expect(exchanged(FILE.output(1, 'stdout'))).toBe(`${folder}\n`);
    expect(exchanged(FILE.output(1, 'stderr'))).toBe('careful\n');
    expect(exchanged(FILE.exit(1))).toBe('2\n');
    expect(exchanged(FILE.exit(2))).toBe('4\n');
    expect(exchanged(FILE.workerDone)).toBe('4\n');
    expect(existsSync(join(pod.paths.exchange, FILE.started(3)))).toBe(false);
    expect(await worker.stdout).toBe(`${folder}\napplied\n`);
    expect(await worker.stderr).toBe('careful\n');
  });

  test('tells the kubelet that it has begun, so that an end before that can be known from the Pod', async () => {
    await readyPod([step('plan', 'exit 1')]);
    expect(await pod.worker({}, shell).exitCode).toBe(1);
    expect(await readFile(pod.lastWords, 'utf8')).toBe(`${WORKER_BEGAN}\n`);
  });

  test('gives the steps their environment unchanged, whatever is in it', async () => {
    const values = {
      QUOTES: `'"\`$HOME\\n`,
      LINES: 'one\n two\n',
      name: 'n',
      step: 's',
      code: 'c',
      command: 'x',
      pid: '1',
    };
    const print = Object.keys(values).map((name) => `printf '%s|' "$${name}"`);
    await readyPod([step('env', `${print.join('; ')}; printf '%s|' "$POOL"`)], values);
    const worker = pod.worker({ POOL: 'of the pool' }, shell);
    expect(await worker.exitCode).toBe(0);
    expect(exchanged(FILE.output(1, 'stdout'))).toBe([...Object.values(values), 'of the pool', ''].join('|'));
  });

  test("has the pool's own binaries first in PATH, then ours", async () => {
    await readyPod([step('path', 'echo "$PATH"')]);
    const worker = pod.worker({ PATH: '/usr/bin:/bin', WORKER_POOLS_CUSTOM_BINARIES_PATH: '/mine' }, shell);
    await worker.exitCode;
    expect(exchanged(FILE.output(1, 'stdout'))).toBe(`/mine:${pod.paths.binaries}:/usr/bin:/bin\n`);
  });

  test('stops the tool inside of a longer command when asked to, waits for it, and goes no further', async () => {
    await readyPod([step('apply', 'true && tool; echo not this'), step('next', 'echo nor this')]);
    const tool = "#!/bin/sh\ntrap 'sleep 0.3; echo saved; exit 1' TERM; echo on; while :; do sleep 0.1; done\n";
    await writeFile(join(pod.paths.binaries, 'tool'), tool, { mode: 0o755 });
    const worker = pod.worker({}, shell);
    await appears(FILE.output(1, 'stdout'), worker);
    await until(() => exchanged(FILE.output(1, 'stdout')).includes('on'), 'output of the tool');
    await writeFile(join(pod.paths.exchange, FILE.stop), 'cancelled');
    expect(await worker.exitCode).not.toBe(0);
    expect(exchanged(FILE.output(1, 'stdout'))).toBe('on\nsaved\n');
    expect(existsSync(join(pod.paths.exchange, FILE.started(2)))).toBe(false);
    expect(existsSync(join(pod.paths.exchange, FILE.workerDone))).toBe(true);
  });

  test('hands the SIGTERM of the kubelet on to the tool', async () => {
    await readyPod([step('apply', "trap 'echo saved; exit 5' TERM; echo on; while :; do sleep 0.1; done")]);
    const worker = pod.worker({}, shell);
    await appears(FILE.output(1, 'stdout'), worker);
    await until(() => exchanged(FILE.output(1, 'stdout')).includes('on'), 'output of the tool');
    worker.child.kill('SIGTERM');
    expect(await worker.exitCode).toBe(5);
    expect(exchanged(FILE.output(1, 'stdout'))).toBe('on\nsaved\n');
  });

  test('runs nothing when it was stopped before it began', async () => {
    await readyPod([step('apply', 'echo never')]);
    await writeFile(join(pod.paths.exchange, FILE.stop), 'cancelled');
    expect(await pod.worker({}, shell).exitCode).toBe(143);
    expect(existsSync(join(pod.paths.exchange, FILE.started(1)))).toBe(false);
  });

  test('says what a runner image lacks', async () => {
    await readyPod([step('apply', 'true')]);
    const bin = join(pod.root, 'bin');
    await mkdir(bin);
    for (const tool of ['cat', 'env']) await symlink(join('/usr/bin', tool), join(bin, tool));
    const worker = pod.worker({ PATH: bin }, [await absolute(shell[0] ?? ''), ...shell.slice(1)]);
    // busybox has its own mv and sleep, wherever PATH leads.
    if (shell[0] === 'busybox') return;
    expect(await worker.exitCode).toBe(64);
    const sentence = `The runner image has no 'mv' in its PATH (${bin}). It needs a POSIX sh with cat, env, mv and sleep.\n`;
    expect(await worker.stderr).toBe(`spacelift-worker: ${sentence}`);
    expect(await readFile(pod.lastWords, 'utf8')).toBe(sentence);
  });
});

async function absolute(command: string): Promise<string> {
  for (const folder of ['/bin', '/usr/bin']) {
    if (existsSync(join(folder, command))) return realpath(join(folder, command));
  }
  return command;
}
