import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeLayout, type NodeLayout } from '../../../src/local-cluster/node/layout';
import { ensurePki } from '../../../src/local-cluster/node/pki';

let state: string;
let layout: NodeLayout;
const certificate = (name: string): X509Certificate =>
  new X509Certificate(readFileSync(join(layout.pki, `${name}.crt`)));

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'pki-'));
  layout = nodeLayout('demo', { WORKER_POOLS_STATE: state });
  await ensurePki(layout);
});
afterAll(() => rmSync(state, { recursive: true }));

test('the API server is known by the addresses of the node and of its Service', () => {
  const names = certificate('apiserver').subjectAltName ?? '';
  expect(names).toContain(`IP Address:${layout.nodeAddress}`);
  expect(names).toContain('IP Address:10.96.0.1');
  expect(names).toContain('DNS:kubernetes.default.svc');
});

test.each([
  ['admin', 'O=system:masters\nCN=admin'],
  ['kubelet', 'O=system:nodes\nCN=system:node:demo'],
  ['scheduler', 'CN=system:kube-scheduler'],
  ['controller-manager', 'CN=system:kube-controller-manager'],
  ['kube-proxy', 'CN=system:kube-proxy'],
])('%s is the user that Kubernetes has roles for, by the word of the authority', (name, subject) => {
  expect(certificate(name).subject).toBe(subject);
  expect(certificate(name).verify(certificate('ca').publicKey)).toBe(true);
});

test('private keys are for their owner alone', () => {
  expect(statSync(join(layout.pki, 'ca.crt')).mode & 0o077).toBe(0);
  expect(statSync(join(layout.pki, 'service-accounts.key')).mode & 0o077).toBe(0);
  expect(statSync(layout.kubeconfig).mode & 0o077).toBe(0);
});

test('a second start keeps what the first made', async () => {
  const before = certificate('ca').fingerprint256;
  await ensurePki(layout);
  expect(certificate('ca').fingerprint256).toBe(before);
});
