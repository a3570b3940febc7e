import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ulid } from 'ulid';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../../../src/control-plane';
import type { PoolToken } from '../../../src/protocol/token';
import { parseToken } from '../../../src/protocol/token';
import { makeKey, type KeyKind } from './credentials';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'control-plane-'));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

/** A real control plane on free ports of the loopback. */
export function startTestControlPlane(
  options: Partial<ControlPlaneOptions> & { dataDir: string },
): Promise<ControlPlane> {
  return startControlPlane({
    port: 0,
    mqttPort: 0,
    launcherImage: 'example/launcher:1',
    defaultRunnerImage: 'example/runner:1',
    sweepEveryMs: 0,
    ...options,
  });
}

export interface TestPool {
  readonly id: string;
  readonly token: PoolToken;
  readonly privateKeyPem: string;
}

export async function makePool(controlPlane: ControlPlane, name = 'pool', kind: KeyKind = 'EC'): Promise<TestPool> {
  const key = await makeKey(kind);
  const pool = await controlPlane.admin.createPool({ name, certificateSigningRequest: key.csr });
  return { id: pool.id, token: parseToken(pool.config), privateKeyPem: key.privateKeyPem };
}

/** A stack with a source, ready to run. */
export async function makeStack(
  controlPlane: ControlPlane,
  pool: string,
  name = 'stack',
  autoDeploy = false,
): Promise<void> {
  controlPlane.admin.createStack({ name, pool, autoDeploy });
  await controlPlane.admin.uploadSource(name, Readable.from([Buffer.from('a source')]));
}

export const newWorker = (name = 'pool-worker') => ({ id: ulid(), name, metadata: { namespace: 'default' } });

/** Resolves once a condition holds; fails after a generous time instead of hanging. */
export async function eventually<T>(look: () => T | undefined | null | false, what: string): Promise<T> {
  const until = Date.now() + 15_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > until) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
