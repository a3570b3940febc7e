import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Exec } from '../../../src/local-cluster/exec';
import { kindConfig } from '../../../src/local-cluster/kind/config';
import { KindCluster } from '../../../src/local-cluster/kind/kind-cluster';
import { silent } from '../../../src/local-cluster/progress';

test("kind's NodePorts answer at the loopback address only", () => {
  expect(kindConfig([30443])).toMatchObject({
    nodes: [{ extraPortMappings: [{ containerPort: 30443, hostPort: 30443, listenAddress: '127.0.0.1' }] }],
  });
});

describe('a kind cluster', () => {
  let folder: string;
  const kept = { PATH: process.env.PATH, WORKER_POOLS_STATE: process.env.WORKER_POOLS_STATE };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kind-'));
    // A kind on PATH, so that none is fetched; it is never run.
    writeFileSync(join(folder, 'kind'), '', { mode: 0o755 });
    process.env.PATH = `${folder}${delimiter}${kept.PATH}`;
    process.env.WORKER_POOLS_STATE = folder;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    process.env.PATH = kept.PATH;
    if (kept.WORKER_POOLS_STATE === undefined) delete process.env.WORKER_POOLS_STATE;
    else process.env.WORKER_POOLS_STATE = kept.WORKER_POOLS_STATE;
  });

  /** Answers `kind get clusters` and `docker inspect`, and notes what else is called. */
  function fake(clusters: string, running = 'true'): { cluster: KindCluster; calls: string[] } {
    const calls: string[] = [];
    const exec: Exec = (program, args) => {
      const words = [program.split('/').at(-1), ...args].join(' ');
      if (words !== 'kind get clusters') calls.push(words);
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

  test('is started again when it is there', async () => {
    const { cluster, calls } = fake('worker-pools-demo\n');
    await cluster.up();
    expect(calls).toEqual([
      'docker start worker-pools-demo-control-plane',
      expect.stringContaining('kind export kubeconfig --name worker-pools-demo'),
    ]);
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
