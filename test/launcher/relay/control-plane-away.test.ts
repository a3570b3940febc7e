import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/time';
import { EXIT } from '../../../src/protocol/exit-codes';
import type { LogEntry, RunSpec } from '../../../src/protocol/messages';
import { until } from '../../support/until';
import { BRISK, RunPod, runSpec, step, UNTIL_TOLD } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

const readyPod = async (run: RunSpec): Promise<RunPod> => (pod = await RunPod.ready(run));

const numbersAreGapless = (entries: readonly LogEntry[]): void =>
  expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, index) => index + 1));

const COUNT = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done';
const COUNTED = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join('');

describe('Invariant 6: no line is lost and none comes twice', () => {
  test('when the control plane goes away in the middle of the log and comes back', async () => {
    const { api } = await readyPod(runSpec([step('count', `${COUNT}; ${UNTIL_TOLD}; echo end`)]));
    const { relayed, worker } = await pod.runUntil('line 0\n');
    await api.close();
    await pod.tell();
    await worker.exitCode;
    await api.open();
    await relayed;
    expect(api.text('stdout')).toBe(`${COUNTED}end\n`);
    numbersAreGapless(api.logs.relay);
    expect(api.outcomes).toHaveLength(1);
  });

  test('when answers get lost after the entries were stored', async () => {
    const { api } = await readyPod(runSpec([step('count', COUNT)]));
    let requests = 0;
    api.onLogs = () => ++requests % 2 === 0;
    const relayed = pod.relay();
    pod.worker();
    await relayed;
    expect(api.text('stdout')).toBe(COUNTED);
    numbersAreGapless(api.logs.relay);
  });

  test('when the control plane is restored from a backup that lacks a part of it', async () => {
    const { api } = await readyPod(runSpec([step('count', `${COUNT}; ${UNTIL_TOLD}; echo end`)]));
    const { relayed } = await pod.runUntil('line 2999\n');
    api.restore(1);
    await pod.tell();
    await relayed;
    expect(api.text('stdout')).toBe(`${COUNTED}end\n`);
    numbersAreGapless(api.logs.relay);
    expect(pod.warnings).toContain('The control plane has lost the log from entry 2 on; it is sent again.');
  });

  test('except what nobody has any more, which is marked, when a step has also removed its own traces', async () => {
    const { api, paths } = await readyPod(runSpec([step('count', `echo before; ${UNTIL_TOLD}; echo after`)]));
    const { relayed } = await pod.runUntil('before');
    await truncate(join(paths.exchange, 'relay.journal'), 0);
    api.restore(0);
    await pod.tell();
    await relayed;
    expect(api.text('all')).toMatch(/^\[some entries of the log are missing here\]\nafter\n/);
    numbersAreGapless(api.logs.relay);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });

  test('when the relay is killed and started again', async () => {
    const { api } = await readyPod(runSpec([step('count', `echo first; sleep 1; ${COUNT}; ${UNTIL_TOLD}; echo end`)]));
    const reached = pod.arrived('line 0\n');
    const killed = relayProcess();
    const worker = pod.worker();
    await reached;
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const restarted = relayProcess();
    await pod.tell();
    expect(await once(restarted, 'exit')).toEqual([0, null]);
    expect(await worker.exitCode).toBe(0);
    expect(api.text('stdout')).toBe(`first\n${COUNTED}end\n`);
    numbersAreGapless(api.logs.relay);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });
});

/** The relay as a process of its own, because it is to be killed. */
function relayProcess(): ChildProcess {
  const main = join(import.meta.dirname, '../support/relay-process.ts');
  const { identity, paths } = pod;
  const options = JSON.stringify({ identity, paths });
  return spawn(process.execPath, ['--import', 'tsx', main, options], { stdio: 'ignore' });
}

test('a relay that fails itself ends with a code of its own, and tells no outcome', async () => {
  const { api, paths } = await readyPod(runSpec([step('apply', 'echo done')]));
  await mkdir(join(paths.exchange, 'relay.journal'));
  expect(await once(relayProcess(), 'exit')).toEqual([EXIT.crashed, null]);
  expect(api.outcomes).toEqual([]);
});

describe('a control plane that does not know the run, because it was restored from an older backup,', () => {
  const unknown = ['logs', 'heartbeat', 'outcome'] as const;

  test('stops nothing, and hears everything when it knows the run again', async () => {
    const { api } = await readyPod(runSpec([step('apply', `echo before; ${UNTIL_TOLD}; echo after`)]));
    const { relayed, worker } = await pod.runUntil('before');
    for (const operation of unknown) api.refusals.set(operation, 'not-found');
    await pod.tell();
    expect(await worker.exitCode).toBe(0);
    api.refusals.clear();
    await relayed;
    expect(api.text('stdout')).toBe('before\nafter\n');
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });

  test('is told of it for ten minutes after the worker has ended, and then no more', async () => {
    const { api } = await readyPod(runSpec([step('apply', 'echo working')]));
    for (const operation of unknown) api.refusals.set(operation, 'not-found');
    let ahead = 0;
    const clock = { ...BRISK, monotonic: () => systemClock.monotonic() + ahead };
    const relayed = pod.relay({ clock });
    const worker = pod.worker();
    expect(await worker.exitCode).toBe(0);
    await until(() => pod.warnings.some((warning) => warning.includes('refuses logs')), 'a refusal');
    ahead = 11 * 60_000;
    // The relay may learn of the worker's end only now.
    const ageing = setInterval(() => (ahead += 11 * 60_000), 500);
    await expect(relayed.finally(() => clearInterval(ageing))).rejects.toMatchObject({
      exitCode: EXIT.rejected,
      message: expect.stringContaining('not-found'),
    });
  });
});

describe('a control plane that gave the run to another attempt', () => {
  test.each(['logs', 'heartbeat', 'outcome', 'workspace'])('ends the attempt when it refuses %s', async (operation) => {
    const plan = step('plan', 'echo working; sleep 0.2; exit 2', [2]);
    const { api } = await readyPod(runSpec([plan], { planStep: 'plan' }));
    api.refusals.set(operation, 'fenced');
    const relayed = pod.relay();
    const worker = pod.worker();
    await expect(relayed).rejects.toMatchObject({ exitCode: EXIT.fenced });
    await worker.exitCode;
    expect(api.outcomes).toEqual([]);
  });
});

test('a heartbeat that ends with the attempt, before the outcome is answered, takes nothing from its success', async () => {
  const { api } = await readyPod(runSpec([step('apply', 'echo working')]));
  api.onOutcome = async () => {
    api.refuseHeartbeats('fenced');
    await sleep(500);
  };
  const relayed = pod.relay();
  pod.worker();
  await relayed;
  expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
});
