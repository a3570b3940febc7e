import { describe, expect, test } from '@jest/globals';
import type { Exec } from '../../../src/local-cluster/exec';
import { hierarchies } from '../../../src/local-cluster/node/cgroup';
import { nodeLayout } from '../../../src/local-cluster/node/layout';
import { connectNetwork, disconnectNetwork } from '../../../src/local-cluster/node/network';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe("the node's cable", () => {
  const layout = nodeLayout('demo', { WORKER_POOLS_STATE: '/state' });
  const calls = async (exitCodes: (call: string) => number = () => 0): Promise<string[]> => {
    const made: string[] = [];
    const exec: Exec = (program, args) => {
      const call = [program, ...args].join(' ');
      made.push(call);
      return Promise.resolve({ exitCode: exitCodes(call), stdout: '', stderr: 'refused' });
    };
    await connectNetwork(layout, exec);
    return made;
  };

  test('replaces what an earlier start left', async () => {
    const made = await calls();
    expect(made.indexOf(`ip link delete ${layout.hostLink}`)).toBeLessThan(
      made.indexOf(`ip netns add ${layout.netns}`),
    );
  });

  test('is laid on a machine that has nothing to delete', async () => {
    const made = await calls((call) => (call.includes('delete') ? 1 : 0));
    expect(made.at(-1)).toBe(`ip -netns ${layout.netns} route add default via ${layout.hostAddress}`);
  });

  test("that cannot be laid is an error in the program's own words", async () => {
    await expect(calls((call) => (call.includes('type veth') ? 2 : 0))).rejects.toThrow('refused');
  });
});

describe('the cable of a node of the same name that another state folder has', () => {
  const layout = nodeLayout('demo', { WORKER_POOLS_STATE: '/state' });
  const made: string[] = [];
  const exec: Exec = (program, args) => {
    made.push([program, ...args].join(' '));
    return Promise.resolve({ exitCode: 0, stdout: args[1] === 'pids' ? '4711\n4712\n' : '', stderr: '' });
  };

  test.each([
    [
      'starting',
      () =>
        expect(connectNetwork(layout, exec)).rejects.toThrow(
          /"demo".* another folder than \/state.*process 4711.*take it down/,
        ),
    ],
    ['removing', () => disconnectNetwork(layout, exec)],
  ])('stays when ours is at %s', async (_case, act) => {
    made.length = 0;
    await act();
    expect(made).toEqual([`ip netns pids ${layout.netns}`]);
  });
});

describe('the hierarchies of control groups', () => {
  test.each([
    ['the one of v2', ['cgroup.controllers', 'cgroup.procs'], ['']],
    ['each of v1 once, whatever links to it', ['cpu/cgroup.procs', 'memory/cgroup.procs', 'empty/'], ['cpu', 'memory']],
  ])('are %s', (_case, files, expected) => {
    const root = mkdtempSync(join(tmpdir(), 'cgroup-'));
    for (const file of files) {
      mkdirSync(join(root, file, file.endsWith('/') ? '' : '..'), { recursive: true });
      if (!file.endsWith('/')) writeFileSync(join(root, file), '');
    }
    symlinkSync(join(root, 'cpu'), join(root, 'cpuacct'));
    expect(hierarchies(root)).toEqual(expected.map((name) => join(root, name)));
    rmSync(root, { recursive: true });
  });
});
