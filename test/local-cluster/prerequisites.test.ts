import { describe, expect, test } from '@jest/globals';
import type { Exec } from '../../src/local-cluster/exec';
import { install, missingForNode, PACKAGES, type Machine } from '../../src/local-cluster/prerequisites';
import { silent } from '../../src/local-cluster/progress';

const complete: Machine = { os: 'linux', root: true, has: () => true, exists: () => true, canBuild: true };
const bare: Machine = { ...complete, has: () => false, exists: () => false };
const names = (machine: Machine): string[] => missingForNode([], machine).map(({ name }) => name);

describe('what a machine lacks for a real node', () => {
  test('is nothing on a machine that has everything', () => {
    expect(names(complete)).toEqual([]);
  });

  test('is every package on a bare one', () => {
    expect(names(bare)).toEqual(PACKAGES.map(({ name }) => name));
  });

  test.each([
    ['conntrack', { has: (program: string) => program !== 'conntrack' }],
    ['buildah', { has: (program: string) => program !== 'buildah' }],
    ['util-linux', { has: (program: string) => program !== 'nsenter' }],
    ['busybox-static', { exists: (path: string) => path !== '/bin/busybox' }],
    ['root', { root: false }],
    ['go', { canBuild: false }],
    ['Docker', { os: 'darwin' }],
  ])('is %s alone where that alone is missing', (name, change) => {
    expect(names({ ...complete, ...change })).toEqual([name]);
  });

  test.each(missingForNode([], bare))('is said of $name in one sentence with the command', ({ name, sentence }) => {
    expect(sentence).toContain(`\`apt-get install ${name}\``);
    expect(sentence.match(/\.(\s|$)/g)).toHaveLength(1);
  });
});

describe('installing what is missing', () => {
  /** Runs as the table says, by the first argument of apt-get; what is not in it succeeds. */
  function fakeApt(exitCodes: Record<string, number[]>): { exec: Exec; calls: string[] } {
    const calls: string[] = [];
    const exec: Exec = (_program, args) => {
      const what = args[0] ?? '';
      calls.push(what);
      return Promise.resolve({ exitCode: exitCodes[what]?.shift() ?? 0, stdout: '', stderr: 'E: no such package' });
    };
    return { exec, calls };
  }
  const socat = missingForNode([], { ...complete, has: (program) => program !== 'socat' });

  test('asks apt-get once when it knows the packages', async () => {
    const { exec, calls } = fakeApt({});
    await install(socat, silent, exec);
    expect(calls).toEqual(['--version', 'install']);
  });

  test('renews the list of packages when the first attempt fails', async () => {
    const { exec, calls } = fakeApt({ install: [100, 0] });
    await install(socat, silent, exec);
    expect(calls).toEqual(['--version', 'install', 'update', 'install']);
  });

  test("ends with apt-get's own words when that does not help", async () => {
    await expect(install(socat, silent, fakeApt({ install: [100, 100] }).exec)).rejects.toThrow('no such package');
  });

  test('names the packages where there is no apt-get', async () => {
    await expect(install(socat, silent, fakeApt({ '--version': [127] }).exec)).rejects.toThrow(/install .*: socat/);
  });

  test('touches nothing while something is missing that only a person can install', async () => {
    const { exec, calls } = fakeApt({});
    const missing = missingForNode([], { ...bare, root: false });
    await expect(install(missing, silent, exec)).rejects.toThrow('sudo');
    expect(calls).toEqual([]);
  });
});
