import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LABEL } from '../../../../src/api';
import { createStack, createTask, uploadSource } from '../../../../src/cli/api/operations';
import { until } from '../../../../src/cli/demo/kubernetes';
import { DEMO } from '../../../../src/cli/demo/settings';
import { withPackedSource } from '../../../../src/cli/source/pack';
import { stateFolder, type Progress } from '../../../../src/local-cluster';
import { Installation, type Run, type RunPod, type WorkerObject } from '../../../e2e/installation';
import type { Lab, LabContext } from '../../fault';
import { COUNTED_CHANGE, Ledger } from './ledger';
import { Parts } from './parts';
import { NodeProcesses } from './processes';

/** A cluster of its own, so that a demo and the end-to-end tests on the same machine are left alone. */
const CHAOS = 'chaos';
export const POOL_SIZE = 4;
/** How long a Pod may take to start; shorter than the 15 minutes that are usual, so that a fault that keeps one is not waited for so long. */
const START_DEADLINE_SECONDS = 90;
/** All has to be as before after so long. */
const CONVERGE_MS = 400_000;

/** The demo on a real node, with a pool of four Workers whose runs write into a ledger. */
export class NodeLab implements Lab {
  readonly node: NodeProcesses;
  readonly parts: Parts;

  private constructor(
    readonly installation: Installation,
    readonly ledger: Ledger,
    readonly folder: string,
    /** Says what is seen on the way. */
    readonly tell: (text: string) => void,
    /** Of the cluster, and of its one node. */
    readonly nodeName: string,
  ) {
    this.node = new NodeProcesses(nodeName);
    this.parts = new Parts(installation, this.node);
  }

  /** @param name of the cluster @default - that of chaos */
  static async open({ folder, tell }: LabContext, name = CHAOS): Promise<NodeLab> {
    const progress: Progress = { start: tell, update: tell, done: () => undefined, fail: () => undefined };
    const installation = await Installation.bringUp(name, progress);
    const lab = new NodeLab(installation, new Ledger(join(stateFolder(name), 'ledger')), folder, tell, name);
    await lab.prepare();
    return lab;
  }

  private async prepare(): Promise<void> {
    const { installation, ledger } = this;
    await installation.setStartDeadline(START_DEADLINE_SECONDS);
    await installation.changePool({ poolSize: POOL_SIZE, pod: ledger.pod });
    await installation.idleWorkers(POOL_SIZE);
  }

  close(): Promise<void> {
    return this.installation.takeDown();
  }

  kubectl(...args: string[]): Promise<string> {
    return this.installation.kubectl(...args);
  }

  /** Makes a stack whose one change takes so many seconds and is counted in the ledger. @returns its name */
  async stack(seconds: number, autoDeploy: boolean): Promise<string> {
    const { client } = this.installation.demo;
    const name = `counted-${randomBytes(4).toString('hex')}`;
    const environment = [
      { name: 'TF_VAR_ledger', value: this.ledger.pathOf(name) },
      { name: 'TF_VAR_seconds', value: String(seconds) },
    ];
    await createStack(client, { name, pool: DEMO.pool.name, autoDeploy, environment });
    const source = join(this.folder, name);
    mkdirSync(source);
    writeFileSync(join(source, 'main.tf'), COUNTED_CHANGE);
    await withPackedSource(source, '', (packed) => uploadSource(client, name, packed));
    rmSync(source, { recursive: true });
    return name;
  }

  /** Asks the API server to evict a Pod, as `kubectl drain` does. @throws with its words when it refuses */
  evict(pod: string): Promise<string> {
    const { namespace } = DEMO.pool;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
    return this.installation.demo.kubernetes.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
  }

  /** Turns the drain protection on for as long as the work takes. */
  async withBudgets<T>(work: () => Promise<T>): Promise<T> {
    const set = (enabled: boolean) =>
      this.installation.release(
        'upgrade',
        DEMO.operator.chart,
        '--reuse-values',
        '--set',
        `pdb.enabled=${enabled}`,
        '--wait',
      );
    await set(true);
    try {
      return await work();
    } finally {
      await set(false);
    }
  }

  /** Asks for a run of the demo's stack and waits for its end; a control plane that is away is asked again. */
  async probe(): Promise<Run> {
    const { client } = this.installation.demo;
    const key = `probe-${randomUUID()}`;
    const command = { command: 'echo probe', skipInitialization: true, idempotencyKey: key };
    const { id } = await until(
      () => createTask(client, DEMO.stack.name, command).catch(() => undefined),
      () => 'the control plane takes no run any more',
      CONVERGE_MS,
    );
    return until(
      async () => {
        const run = await this.installation.run(id).catch(() => undefined);
        return run?.finished === true && run;
      },
      async () =>
        `the run that was asked for afterwards never ended: ${JSON.stringify(await this.installation.run(id))}`,
      CONVERGE_MS,
    );
  }

  /** Waits until all is as it was: four idle Workers, no Pod that still works. @returns what is not, a sentence each */
  async converged(): Promise<string[]> {
    let amiss: string[] = ['nothing could be read'];
    const look = async (): Promise<boolean> => {
      amiss = await this.notAsItWas().catch((error: unknown) => [String(error)]);
      return amiss.length === 0;
    };
    await until(look, () => 'it never converged', CONVERGE_MS).catch(() => undefined);
    return amiss;
  }

  /** The Pods of all runs of the pool. */
  runPods(): Promise<RunPod[]> {
    return this.installation.demo.kubernetes.list('pods', DEMO.pool.namespace, LABEL.workerPool);
  }

  private async notAsItWas(): Promise<string[]> {
    const workers = await this.installation.workers();
    const pods = await this.runPods();
    const live = pods.filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending');
    return [
      ...(workers.length === POOL_SIZE ? [] : [`there are ${workers.length} Workers in place of ${POOL_SIZE}`]),
      ...workers.flatMap(({ metadata, status }) =>
        isIdle(metadata, status) ? [] : [`Worker ${metadata.name} is ${status?.state}`],
      ),
      ...live.map(({ metadata, status }) => `Pod ${metadata.name} is ${status.phase} and has no run`),
    ];
  }
}

const isIdle = (metadata: WorkerObject['metadata'], status: WorkerObject['status']): boolean =>
  status?.state === 'IDLE' && metadata.deletionTimestamp === undefined;
