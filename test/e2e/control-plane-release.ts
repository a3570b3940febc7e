import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RUN_AS } from '../../src/api';
import { until, type Kubernetes } from '../../src/cli/demo/kubernetes';
import { ROOT } from '../../src/cli/demo/settings';
import { stateFolder } from '../../src/local-cluster';
import { removeFolder, temporaryFolder } from '../support/folder';
import { NAME, type Installation } from './installation';

const RELEASE = 'worker-pools-control-plane';
const CHART = join(ROOT, 'charts', 'control-plane');
const PAGE = join(ROOT, 'docs', 'operations', 'control-plane.md');
/** The claims of its volumes; that of the backups has the name that the page gives it. */
export const CLAIM = { data: `data-${RELEASE}-0`, backups: 'control-plane-backups' } as const;

/** The kinds of all that the chart makes. */
const MADE =
  'deployments,statefulsets,cronjobs,jobs,pods,services,configmaps,serviceaccounts,poddisruptionbudgets,networkpolicies';
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

  /** The volume of a claim that somebody makes by hand, where the node has no provisioner; the values that claim it. */
  async volume(claim: string): Promise<{ readonly size: string; readonly storageClassName?: string }> {
    const { kind } = this.installation.demo.cluster;
    if (kind !== 'node') return { size: '1Gi' };
    const path = join(stateFolder(NAME), `${this.namespace}-${claim}`);
    mkdirSync(path, { recursive: true });
    chownSync(path, RUN_AS, RUN_AS);
    await this.kubernetes.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${this.namespace}-${claim}` },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { namespace: this.namespace, name: claim },
        hostPath: { path, type: 'Directory' },
      },
    });
    return { size: '1Gi', storageClassName: '-' };
  }

  /** As the page shows it. */
  async claimForBackups(): Promise<void> {
    const { storageClassName } = await this.volume(CLAIM.backups);
    const claim = parse(onPage('backups.yaml')) as { metadata: object; spec: object };
    await this.kubernetes.apply({
      ...claim,
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: CLAIM.backups, namespace: this.namespace },
      spec: {
        ...claim.spec,
        resources: { requests: { storage: '1Gi' } },
        ...(storageClassName !== undefined && { storageClassName: '' }),
      },
    });
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

  /** Has a Job of the CronJob make a backup; the file that it says it made. */
  private async backUp(): Promise<string> {
    await this.kubectl('create', 'job', 'first-backup', `--from=cronjob/${RELEASE}-backup`);
    const finished = async () => {
      const [complete, failed] = ['Complete', 'Failed'].map(
        (type) => `{.status.conditions[?(@.type=="${type}")].status}`,
      );
      return this.kubectl('get', 'job', 'first-backup', '-o', `jsonpath=${complete}/${failed}`);
    };
    const log = () => this.kubectl('logs', 'job/first-backup');
    await until(
      async () => (await finished()).includes('True'),
      async () =>
        `the backup never ended: ${await this.kubectl('describe', 'job,pods', '-l', 'job-name=first-backup')}`,
    );
    const said = await log();
    const [, made] = /^(\/backup\/control-plane-\w+\.db) has the database/m.exec(said) ?? [];
    if (made === undefined) throw new Error(`the backup failed: ${said}`);
    return made;
  }

  /** As docs/operations/control-plane.md says, with the Pod that it shows; what the last command says. */
  async backUpAndRestore(): Promise<string> {
    const program = ['--', 'node', '/app/control-plane.mjs', 'control-plane'];
    const made = await this.backUp();
    const scaleTo = (replicas: number) => this.kubectl('scale', `statefulset/${RELEASE}`, `--replicas=${replicas}`);
    await scaleTo(0);
    await this.kubectl('wait', '--for=delete', `pod/${RELEASE}-0`, '--timeout=60s');
    const image = this.installation.demo.images['control-plane'] ?? '';
    const manifest = onPage('restore.yaml').replace(/image: .*/, `image: ${image}`);
    await this.kubernetes.kubectl(['apply', '-f', '-', '-n', this.namespace], manifest);
    await this.kubectl('wait', '--for=condition=Ready', 'pod/restore', '--timeout=60s');
    const folder = ['--data-dir', '/var/lib/worker-pools'];
    const restored = await this.kubectl('exec', 'restore', ...program, 'restore', ...folder, '--from', made);
    await this.kubectl('delete', 'pod', 'restore', '--grace-period=1');
    await scaleTo(1);
    await this.rolledOut();
    return restored;
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

/** A file that the page on operating it shows. */
function onPage(file: string): string {
  const [, text] = new RegExp(`\`\`\`yaml file=${file}\\n(.*?)\`\`\``, 's').exec(readFileSync(PAGE, 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${PAGE} shows no ${file}`);
  return text;
}
