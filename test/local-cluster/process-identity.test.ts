import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { isAlive, processIdentity, signal, startTimeOf } from '../../src/local-cluster/process-identity';

async function withSleeper(work: (pid: number) => Promise<void> | void): Promise<void> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  try {
    await work(child.pid ?? 0);
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

describe('a process that we started', () => {
  test('is told apart by number and start', () =>
    withSleeper((pid) => {
      const identity = processIdentity(pid);
      expect(identity?.pid).toBe(pid);
      expect(identity && isAlive(identity)).toBe(true);
    }));

  test('gets our signal', () =>
    withSleeper((pid) => {
      const identity = processIdentity(pid);
      expect(identity && signal(identity, 'SIGTERM')).toBe(true);
    }));

  test.each([
    ['another start', { startTime: 1 }],
    ['another boot of the machine', { bootId: 'another' }],
  ])('is not signalled in place of one with the same number and %s', (_case, change) =>
    withSleeper((pid) => {
      const identity = processIdentity(pid);
      if (!identity) throw new Error('the process is gone');
      expect(signal({ ...identity, ...change }, 'SIGKILL')).toBe(false);
      expect(isAlive(identity)).toBe(true);
    }),
  );

  test('that has ended is not alive', async () => {
    let identity: ReturnType<typeof processIdentity>;
    await withSleeper((pid) => void (identity = processIdentity(pid)));
    expect(identity && isAlive(identity)).toBe(false);
  });
});

test.each([
  ['a plain name', '42 (sleep) S 1 42 42 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 9876 1000 50'],
  ['a name with spaces and brackets', '42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 9876 1000 50'],
])('the start of a process is read past %s', (_case, stat) => {
  expect(startTimeOf(stat)).toBe(9876);
});
