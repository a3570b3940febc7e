import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../src/local-cluster/exec';
import { findHelm, findKubectl } from '../../src/local-cluster/tools';
import type { ApiServer } from './api-server';
import { startApiServer, type RunningApiServer } from './api-server.start';
import { kube, kubeOk, type KubeAnswer, type KubeObject } from './kube';

/** The chart as it is published, whose being up to date `npm run generate -- --check` sees to. */
export const CHART = 'charts/spacelift-workerpool-controller';
export const CONTROL_PLANE_CHART = 'charts/control-plane';
const FULL_NAME_SUFFIX = 'spacelift-workerpool-controller';

/** What every object's name begins with for a release, where no value overrides it. */
export const fullNameOf = (release: string): string =>
  release.includes(FULL_NAME_SUFFIX) ? release : `${release}-${FULL_NAME_SUFFIX}`;

export interface ProgramOutput {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Real Helm and kubectl on one API server, with caches and settings of their own. */
export class HelmCluster {
  private readonly scratch = mkdtempSync(join(tmpdir(), 'worker-pools-helm-'));

  constructor(readonly server: ApiServer) {}

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  async helm(...args: readonly string[]): Promise<ProgramOutput> {
    return this.run(await findHelm(), ['--kubeconfig', this.server.kubeconfigPath, ...args]);
  }

  /** As `helm`, but a failure is an error with Helm's own words. */
  async helmOk(...args: readonly string[]): Promise<string> {
    return orThrow('helm', args, await this.helm(...args));
  }

  async kubectl(...args: readonly string[]): Promise<ProgramOutput> {
    return this.run(await findKubectl(), ['--kubeconfig', this.server.kubeconfigPath, ...args]);
  }

  async kubectlOk(...args: readonly string[]): Promise<string> {
    return orThrow('kubectl', args, await this.kubectl(...args));
  }

  kube<T = KubeObject>(method: string, path: string, body?: unknown): Promise<KubeAnswer<T>> {
    return kube<T>(method, path, body, this.server);
  }

  kubeOk<T = KubeObject>(method: string, path: string, body?: unknown): Promise<T> {
    return kubeOk<T>(method, path, body, this.server);
  }

  /** An empty folder, which goes with the cluster. */
  folder(): string {
    return mkdtempSync(join(this.scratch, 'folder-'));
  }

  /** A file with this text (or this value as JSON, which is YAML too), for a `--values` or a `-f`. */
  file(content: unknown): string {
    const path = join(this.folder(), 'content.yaml');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  private async run(program: string, args: readonly string[]): Promise<ProgramOutput> {
    const { exitCode, stdout, stderr } = await exec(program, args, {
      env: {
        // What is known about an API server is kept by its port, which another test's server may have had.
        KUBECACHEDIR: join(this.scratch, 'kube'),
        HELM_CACHE_HOME: join(this.scratch, 'cache'),
        HELM_CONFIG_HOME: join(this.scratch, 'config'),
        HELM_DATA_HOME: join(this.scratch, 'data'),
      },
    });
    return { ok: exitCode === 0, exitCode, stdout, stderr, text: stdout + stderr };
  }
}

/** A cluster for tests of what belongs to all of it, as CRDs do. */
export class OwnCluster extends HelmCluster {
  private constructor(private readonly running: RunningApiServer) {
    super(running);
  }

  static async start(): Promise<OwnCluster> {
    return new OwnCluster(await startApiServer());
  }

  async stop(): Promise<void> {
    this.remove();
    await this.running.stop();
  }
}

function orThrow(program: string, args: readonly string[], { ok, text }: ProgramOutput): string {
  if (!ok) throw new Error(`${program} ${args.join(' ')} failed:\n${text}`);
  return text;
}
