import { expect } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerCrd, workerPoolCrd } from '../../src/api';
import { foreignDefinitions } from '../../src/cli/dev/conformance/packages';
import { findKubectl } from '../../src/local-cluster/tools';
import { apiServer } from './api-server';
import { installCrd, kube, type KubeObject } from './kube';

/** kubectl of the shared API server, with a folder of its own for what it caches and is given. */
export class Kubectl {
  private readonly scratch = mkdtempSync(join(tmpdir(), 'worker-pools-kubectl-'));

  async run(...args: string[]): Promise<{ ok: boolean; text: string }> {
    const program = await findKubectl();
    const all = [`--kubeconfig=${apiServer().kubeconfigPath}`, `--cache-dir=${this.scratch}`, ...args];
    return new Promise((resolve) => {
      execFile(program, all, (error, stdout, stderr) => resolve({ ok: error === null, text: stdout + stderr }));
    });
  }

  /** Rehearses a server-side apply with strict validation, which fails for a field that no definition has. */
  async takesStrictly(manifests: string, ...more: string[]): Promise<void> {
    const file = join(mkdtempSync(join(this.scratch, 'case-')), 'manifests.yaml');
    writeFileSync(file, manifests);
    // A field manager of its own: kubectl's default one also takes over what a client-side apply left, and warns of that.
    const options = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict'];
    options.push('--field-manager=strict-test');
    const { ok, text } = await this.run('apply', ...options, ...more, '-f', file);
    expect(text).not.toMatch(/error|warning/i);
    expect(ok).toBe(true);
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** A rehearsal makes no namespace, and takes no object whose namespace is not there. */
export async function haveNamespaces(objects: readonly KubeObject[]): Promise<void> {
  for (const name of new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    expect([201, 409]).toContain((await kube('POST', '/api/v1/namespaces', body)).status);
  }
}

/** Our definitions, and KEDA's, the Prometheus operator's, Argo CD's and Flux's own, as they publish them. */
export async function installAllDefinitions(): Promise<void> {
  const definitions = [workerPoolCrd(), workerCrd(), ...(await foreignDefinitions())];
  for (const crd of definitions) await installCrd(crd as unknown as KubeObject);
}
