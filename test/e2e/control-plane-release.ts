import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_AS } from '../../src/api';
import { until, type Kubernetes } from '../../src/cli/demo/kubernetes';
import { ROOT } from '../../src/cli/demo/settings';
import { stateFolder } from '../../src/local-cluster';
import { removeFolder, temporaryFolder } from '../support/folder';
import { NAME, type Installation } from './installation';

const RELEASE = 'worker-pools-control-plane';
const CHART = join(ROOT, 'charts', 'control-plane');
const PAGE = join(ROOT, 'docs', 'operations', 'control-plane.md');
/** The kinds of all that the chart makes. */
const MADE = 'deployments,statefulsets,pods,services,configmaps,serviceaccounts,poddisruptionbudgets,networkpolicies';
const API_KEY = { id: 'admin', secret: 'sixteen-characters-or-more' };

/** A release of the control plane's chart, typed as docs/guides/control-plane-install.md says; beside the demo's. */
export class ControlPlaneRelease {
  private readonly folder = temporaryFolder();
  private readonly kubernetes: Kubernetes;

  constructor(
    private readonly installation: Installation,
    readonly namespace: string,
  ) {
    this.kubernetes = installation.demo.kubernetes;
  }

  async install(values: object): Promise<void> {
    const { images } = this.installation.demo;
    const [, repository, tag] = /^(.*):([^/]*)$/.exec(images['control-plane'] ?? '') ?? [];
    const file = join(this.folder, 'values.yaml');
    const common = {
      image: { repository, tag },
      launcherImage: images.launcher,
      defaultRunnerImage: images.runner,
    };
    // YAML that is JSON, too.
    writeFileSync(file, JSON.stringify({ ...common, ...values }));
    await this.helm('upgrade', '--install', RELEASE, CHART, '--values', file);
  }

  createNamespace(): Promise<string> {
    return this.kubernetes.kubectl(['create', 'namespace', this.namespace]);
  }

  createApiKey(): Promise<string> {
    const from = Object.entries(API_KEY).map(([key, value]) => `--from-literal=${key}=${value}`);
    return this.kubectl('create', 'secret', 'generic', 'control-plane-api-key', ...from);
  }

  /** The volume that somebody makes by hand, where the node has no provisioner; the values that claim it. */
  async volume(): Promise<object> {
    const { kind } = this.installation.demo.cluster;
    if (kind !== 'node') return { size: '1Gi' };
    const path = join(stateFolder(NAME), this.namespace);
    mkdirSync(path, { recursive: true });
    chownSync(path, RUN_AS, RUN_AS);
    await this.kubernetes.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: this.namespace },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { namespace: this.namespace, name: `data-${RELEASE}-0` },
        hostPath: { path, type: 'Directory' },
      },
    });
    return { size: '1Gi', storageClassName: '-' };
  }

  helm(verb: string, ...args: string[]): Promise<string> {
    return this.kubernetes.helm([verb, ...args, '--namespace', this.namespace]);
  }

  /** What `helm test` prints. */
  test(): Promise<string> {
    return this.helm('test', RELEASE, '--logs');
  }

  /** Changes one value and waits until the Pod has it. */
  async upgrade(set: string): Promise<void> {
    await this.helm('upgrade', RELEASE, CHART, '--reuse-values', '--set', set);
    await this.rolledOut();
  }

  /** Waits until the Pod is new and ready. */
  async rolledOut(): Promise<void> {
    await this.kubectl('rollout', 'status', `statefulset/${RELEASE}`, '--timeout=180s');
  }

  /** As docs/operations/control-plane.md says, with the Pod that it shows; what the two commands say. */
  async backUpAndRestore(): Promise<string> {
    const [, pod = ''] = /```yaml file=restore.yaml\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8')) ?? [];
    const program = ['--', 'node', '/app/control-plane.mjs', 'control-plane'];
    const backup = '/var/lib/worker-pools/backup.db';
    const made = await this.kubectl('exec', `${RELEASE}-0`, ...program, 'backup', '--to', backup);
    const scaleTo = (replicas: number) => this.kubectl('scale', `statefulset/${RELEASE}`, `--replicas=${replicas}`);
    await scaleTo(0);
    await this.kubectl('wait', '--for=delete', `pod/${RELEASE}-0`, '--timeout=60s');
    const image = this.installation.demo.images['control-plane'] ?? '';
    const manifest = pod.replace(/image: .*/, `image: ${image}`);
    await this.kubernetes.kubectl(['apply', '-f', '-', '-n', this.namespace], manifest);
    await this.kubectl('wait', '--for=condition=Ready', 'pod/restore', '--timeout=60s');
    const folder = ['--data-dir', '/var/lib/worker-pools'];
    const restored = await this.kubectl('exec', 'restore', ...program, 'restore', ...folder, '--from', backup);
    await this.kubectl('delete', 'pod', 'restore', '--grace-period=1');
    await scaleTo(1);
    await this.rolledOut();
    return `${made}${restored}`;
  }

  /** Waits until nothing is left that the release made. */
  async uninstall(): Promise<void> {
    await this.helm('uninstall', RELEASE, '--wait');
    const left = () => this.kubectl('get', MADE, '-l', `app.kubernetes.io/instance=${RELEASE}`, '-o', 'name');
    await until(
      async () => (await left()) === '',
      async () => `the release is gone, and has left ${await left()}`,
    );
  }

  kubectl(...args: string[]): Promise<string> {
    return this.kubernetes.kubectl(['--namespace', this.namespace, ...args]);
  }

  async close(): Promise<void> {
    removeFolder(this.folder);
    await this.kubernetes.helm(['uninstall', RELEASE, '-n', this.namespace, '--ignore-not-found', '--wait']);
    await this.kubernetes.kubectl(['delete', 'namespace', this.namespace, '--ignore-not-found', '--wait=false']);
  }
}
