import { expect } from '@jest/globals';
import { workerCrd, workerPoolCrd } from '../../src/api';
import { foreignDefinitions } from '../../src/cli/dev/conformance/packages';
import type { HelmCluster, ProgramOutput } from './helm-cluster';
import { installCrd, kube, type KubeObject } from './kube';

/** A dry run of a server-side apply with strict validation, which fails for a field that no CRD has. */
export function strictDryRun(cluster: HelmCluster, manifests: string): Promise<ProgramOutput> {
  // A field manager of its own: kubectl's default one also takes over what a client-side apply left, and warns of that.
  const options = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict'];
  options.push('--field-manager=strict-test');
  return cluster.kubectl('apply', ...options, '-f', cluster.file(manifests));
}

/** Sees the API server take the manifests so, without a warning. */
export async function takesStrictly(cluster: HelmCluster, manifests: string): Promise<void> {
  const { ok, text } = await strictDryRun(cluster, manifests);
  expect({ ok, text }).toEqual({ ok: true, text: expect.not.stringMatching(/error|warning/i) });
}

/** A dry run makes no namespace, and takes no object whose namespace is not there. */
export async function haveNamespaces(...names: readonly string[]): Promise<void> {
  for (const name of new Set(names)) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    expect([201, 409]).toContain((await kube('POST', '/api/v1/namespaces', body)).status);
  }
}

/** Our CRDs, and KEDA's, the Prometheus operator's, Argo CD's and Flux's own, as they publish them. */
export async function installAllDefinitions(): Promise<void> {
  const definitions = [workerPoolCrd(), workerCrd(), ...(await foreignDefinitions())];
  for (const crd of definitions) await installCrd(crd as unknown as KubeObject);
}
