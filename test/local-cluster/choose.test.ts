import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Exec } from '../../src/local-cluster/exec';
import { chooseCluster } from '../../src/local-cluster';
import { silent } from '../../src/local-cluster/progress';

const kubeconfig = JSON.stringify({ clusters: [{ cluster: { server: 'https://192.0.2.7:6443' } }] });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'choose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A machine by what its programs answer; the others are not there. */
function machine(answers: Record<string, string>): Exec {
  return (program, args) => {
    const call = [program.split('/').at(-1), ...args].join(' ');
    const found = Object.keys(answers).find((start) => call.startsWith(start));
    if (found === undefined) return Promise.resolve({ exitCode: 127, stdout: '', stderr: `${program} is not there` });
    return Promise.resolve({ exitCode: 0, stdout: answers[found] ?? '', stderr: '' });
  };
}

const choose = (answers: Record<string, string>, context?: string): ReturnType<typeof chooseCluster> =>
  chooseCluster({ name: 'demo', context, progress: silent, env: { WORKER_POOLS_STATE: folder } }, machine(answers));

const kubectl = { 'kubectl config get-contexts': 'mine\nother\n', 'kubectl config view': kubeconfig };

describe('the cluster is', () => {
  test('kind where Docker runs', async () => {
    const { cluster, missing } = await choose({ 'docker info': '' });
    expect([cluster.kind, cluster.nodePortHost, missing]).toEqual(['kind', '127.0.0.1', []]);
  });

  test('a real node where it does not', async () => {
    expect((await choose({})).cluster.kind).toBe('node');
  });

  test("the person's own when its context is named, even where Docker runs", async () => {
    const { cluster } = await choose({ 'docker info': '', ...kubectl }, 'mine');
    expect([cluster.kind, cluster.context, cluster.nodePortHost]).toEqual(['context', 'mine', '192.0.2.7']);
    expect(readFileSync(cluster.kubeconfigPath, 'utf8')).toBe(kubeconfig);
  });
});

describe("the person's own cluster", () => {
  test('is refused with the names that exist when its context does not', async () => {
    await expect(choose(kubectl, 'mien')).rejects.toThrow(
      'no context "mien" in ~/.kube/config; available: mine, other',
    );
  });

  test('is not brought up but must answer', async () => {
    const { cluster } = await choose({ ...kubectl, 'kubectl --kubeconfig': 'ok' }, 'mine');
    await expect(cluster.up()).resolves.toBeUndefined();
    await expect((await choose(kubectl, 'mine')).cluster.up()).rejects.toThrow('context mine does not answer');
  });

  test('needs a registry for images', async () => {
    const { cluster } = await choose(kubectl, 'mine');
    await expect(cluster.loadImages([])).rejects.toThrow('--registry');
  });
});
