import 'reflect-metadata';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { NODE, type NodeLayout } from './layout';

type KeyPair = Awaited<ReturnType<typeof newKeys>>;

interface Subject {
  /** File name below the folder, without its ending. */
  readonly file: string;
  /** The user's name in Kubernetes. */
  readonly commonName: string;
  /** The user's group in Kubernetes. */
  readonly organization?: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID_YEARS = 10;

/** Those who present themselves to the API server; each has a kubeconfig of its name. */
const USERS = ['admin', 'controller-manager', 'scheduler', 'kubelet', 'kube-proxy'] as const;

/** Makes the node's certificate authority, certificates and kubeconfigs once; later starts find them there. */
export async function ensurePki(layout: NodeLayout): Promise<void> {
  const stamp = join(layout.pki, 'complete');
  if (existsSync(stamp)) return;
  mkdirSync(layout.pki, { recursive: true, mode: 0o700 });

  const keys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=cdk8s-worker-pools local cluster',
    ...validity(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const ca = authority.toString('pem');
  save(layout, 'ca.crt', ca);
  for (const subject of subjects(layout)) {
    const { certificate, privateKey } = await issue(subject, authority, keys);
    save(layout, `${subject.file}.crt`, certificate);
    save(layout, `${subject.file}.key`, privateKey);
    if (!(USERS as readonly string[]).includes(subject.file)) continue;
    const path = subject.file === 'admin' ? layout.kubeconfig : join(layout.pki, `${subject.file}.kubeconfig`);
    writeFileSync(path, kubeconfig(layout, ca, certificate, privateKey), { mode: 0o600 });
  }
  const serviceAccounts = await newKeys();
  save(layout, 'service-accounts.key', await privateKeyPem(serviceAccounts));
  save(
    layout,
    'service-accounts.pub',
    x509.PemConverter.encode(await exportKey('spki', serviceAccounts.publicKey), 'PUBLIC KEY'),
  );
  writeFileSync(stamp, '');
}

function subjects(layout: NodeLayout): Subject[] {
  const kubernetes = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  return [
    {
      file: 'apiserver',
      commonName: 'kube-apiserver',
      names: [...kubernetes, 'localhost'],
      addresses: ['127.0.0.1', NODE.apiService, layout.nodeAddress],
    },
    { file: 'admin', commonName: 'admin', organization: 'system:masters' },
    { file: 'controller-manager', commonName: 'system:kube-controller-manager' },
    { file: 'scheduler', commonName: 'system:kube-scheduler' },
    { file: 'kubelet', commonName: `system:node:${layout.name}`, organization: 'system:nodes' },
    { file: 'kube-proxy', commonName: 'system:kube-proxy' },
  ];
}

async function issue(
  subject: Subject,
  authority: x509.X509Certificate,
  authorityKeys: KeyPair,
): Promise<{ certificate: string; privateKey: string }> {
  const keys = await newKeys();
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
  const names = [
    ...(subject.names ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(subject.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: new x509.Name([
      ...(subject.organization ? [{ O: [subject.organization] }] : []),
      { CN: [subject.commonName] },
    ]).toString(),
    issuer: authority.subject,
    ...validity(),
    signingKey: authorityKeys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([names.length > 0 ? serverAuth : clientAuth]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate: certificate.toString('pem'), privateKey: await privateKeyPem(keys) };
}

function kubeconfig(layout: NodeLayout, ca: string, certificate: string, privateKey: string): string {
  const data = (pem: string): string => Buffer.from(pem).toString('base64');
  const context = `worker-pools-${layout.name}`;
  // JSON is YAML too.
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    clusters: [
      {
        name: context,
        cluster: { server: `https://${layout.nodeAddress}:${NODE.apiPort}`, 'certificate-authority-data': data(ca) },
      },
    ],
    users: [
      { name: context, user: { 'client-certificate-data': data(certificate), 'client-key-data': data(privateKey) } },
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function newKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(keys: KeyPair): Promise<string> {
  return x509.PemConverter.encode(await exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

function exportKey(format: 'pkcs8' | 'spki', key: KeyPair['privateKey']): Promise<ArrayBuffer> {
  return webcrypto.subtle.exportKey(format, key);
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = new Date();
  // Clocks that were just set right go back a little.
  const notBefore = new Date(now.getTime() - 3_600_000);
  const notAfter = new Date(now);
  notAfter.setFullYear(now.getFullYear() + VALID_YEARS);
  return { notBefore, notAfter };
}

function save(layout: NodeLayout, file: string, text: string): void {
  writeFileSync(join(layout.pki, file), text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
}
