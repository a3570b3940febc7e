import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildTime, CATALOGUE } from '../../../src/local-cluster/binaries';
import { cacheName } from '../../../src/local-cluster/binaries/catalogue';

const PLATFORM = { os: 'linux', arch: 'amd64' } as const;
const kept = process.env.WORKER_POOLS_CACHE;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
  process.env.WORKER_POOLS_CACHE = folder;
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  if (kept === undefined) delete process.env.WORKER_POOLS_CACHE;
  else process.env.WORKER_POOLS_CACHE = kept;
});

test('what must be built is told as a whole, for an idle machine and for a busy one', () => {
  expect(buildTime(['kube-apiserver', 'etcd'], PLATFORM)).toBe(
    'about 5 minutes on two idle cores, 15 minutes on busy ones',
  );
});

test('what the cache has takes no time', () => {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', cacheName(CATALOGUE['kube-apiserver'], PLATFORM)), '');
  expect(buildTime(['kube-apiserver', 'kubeconform'], PLATFORM)).toBe(
    'about a minute on two idle cores, a minute on busy ones',
  );
  expect(buildTime(['kube-apiserver'], PLATFORM)).toBeUndefined();
});
