import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Exec } from '../../../src/local-cluster/exec';
import { kindConfig } from '../../../src/local-cluster/kind/config';
import { KindCluster } from '../../../src/local-cluster/kind/kind-cluster';
import { silent } from '../../../src/local-cluster/progress';

test("kind's node runs a named image, and its NodePorts answer at the loopback address only", () => {
  expect(kindConfig([30443])).toMatchObject({
    nodes: [
      {
        image: expect.stringMatching(/^kindest\/node:v1\..*@sha256:/),
        extraPortMappings: [{ containerPort: 30443, hostPort: 30443, listenAddress: '127.0.0.1' }],
      },
    ],
  });
});

describe('a kind cluster', () => {
  let folder: string;
  const kept = { PATH: process.env.PATH, WORKER_POOLS_STATE: process.env.WORKER_POOLS_STATE };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kind-'));
    // Programs on PATH, so that none is fetched; they are never run.
    for (const program of ['kind', 'kubectl']) writeFileSync(join(folder, program), '', { mode: 0o755 });
    process.env.PATH = `${folder}${delimiter}${kept.PATH}`;
    process.env.WORKER_POOLS_STATE = folder;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    process.env.PATH = kept.PATH;
    if (kept.WORKER_POOLS_STATE === undefined) delete process.env.WORKER_POOLS_STATE;
    else process.env.WORKER_POOLS_STATE = kept.WORKER_POOLS_STATE;
  });

  const writeKubeconfig = ({ kubeconfigPath }: KindCluster): void => {
    mkdirSync(dirname(kubeconfigPath), { recursive: true });
    writeFileSync(kubeconfigPath, '');
  };

  /** Answers `kind get clusters` and `docker inspect`, and notes what else is called. */
  function fake(clusters: string, running = 'true', refusals = 0): { cluster: KindCluster; calls: string[] } {
    const calls: string[] = [];
    const exec: Exec = (program, args) => {
      const words = [program.split('/').at(-1), ...args].join(' ');
      if (words !== 'kind get clusters') calls.push(words);
      if (words.startsWith('kubectl') && refusals > 0) {
        refusals -= 1;
        return Promise.resolve({ exitCode: 1, stdout: '', stderr: 'connection refused' });
      }
      const stdout = words === 'kind get clusters' ? clusters : words.startsWith('docker inspect') ? running : '';
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    };
    return { cluster: new KindCluster('demo', [30443], silent, exec), calls };
  }

  test('is created when there is none of its name', async () => {
    const { cluster, calls } = fake('another\n');
    await cluster.up();
    expect(calls).toEqual([expect.stringMatching(/^kind create cluster --name worker-pools-demo .*--config -$/)]);
  });

  test('is started again when it is there, and waited for until Pods can be created and names resolve', async () => {
    const { cluster, calls } = fake('worker-pools-demo\n');
    writeKubeconfig(cluster);
    await cluster.up();
    expect(calls).toEqual([
      'docker start worker-pools-demo-control-plane',
      expect.stringContaining('kind export kubeconfig --name worker-pools-demo'),
      expect.stringMatching(/^kubectl --kubeconfig .* wait --for=condition=Ready node --all/),
      expect.stringContaining('get serviceaccount default --namespace default'),
      expect.stringContaining('rollout status deployment/coredns'),
    ]);
  });

  test('is asked again while its API server does not answer yet', async () => {
    const { cluster, calls } = fake('worker-pools-demo\n', 'true', 2);
    writeKubeconfig(cluster);
    await cluster.up();
    expect(calls.filter((call) => call.includes('--for=condition=Ready'))).toHaveLength(3);
  });

  test('is made anew when it was left half made: kind writes the kubeconfig last', async () => {
    const { cluster, calls } = fake('worker-pools-demo\n');
    await cluster.up();
    expect(calls).toEqual([
      expect.stringContaining('kind delete cluster --name worker-pools-demo'),
      expect.stringContaining('kind create cluster --name worker-pools-demo'),
    ]);
  });

  test('is not taken for whole by the kubeconfig of one that somebody else removed', async () => {
    const { cluster } = fake('another\n');
    writeKubeconfig(cluster);
    await cluster.up();
    expect(existsSync(cluster.kubeconfigPath)).toBe(false);
  });

  test('is deleted by its own name only when it is there', async () => {
    const there = fake('worker-pools-demo\n');
    await there.cluster.down();
    expect(there.calls).toEqual([expect.stringContaining('kind delete cluster --name worker-pools-demo')]);
    const gone = fake('another\n');
    await gone.cluster.down();
    expect(gone.calls).toEqual([]);
  });

  test.each([
    ['absent', '', 'true'],
    ['running', 'worker-pools-demo', 'true\n'],
    ['stopped', 'worker-pools-demo', 'false\n'],
  ])('is %s', async (state, clusters, running) => {
    expect(await fake(clusters, running).cluster.status()).toEqual({ state });
  });
});
