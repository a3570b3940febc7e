import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { ResultOf } from 'gql.tada';
import { POOLS, RUN, STOP_RUN } from '../../src/cli/api/documents';
import { createPool, createStack, uploadSource, triggerRun, type NewStack } from '../../src/cli/api/operations';
import { makePoolKey } from '../../src/protocol/pool-key';
import { withPackedSource } from '../../src/cli/source/pack';
import { withoutColours } from '../../src/text/visible';
import { bringUp, type Demo } from '../../src/cli/demo/bring-up';
import { until, type KubernetesObject } from '../../src/cli/demo/kubernetes';
import { DEMO } from '../../src/cli/demo/settings';
import { takeDown } from '../../src/cli/demo/take-down';
import { chooseCluster, plainLines, type Progress } from '../../src/local-cluster';
import type { Condition } from '../../src/api';

/** Its own cluster, so that a demo on the same machine is left alone. */
export const NAME = 'e2e';
const TERMINAL = ['FINISHED', 'FAILED', 'STOPPED', 'CANCELED', 'DISCARDED'];

/** On the demo's pool, unless it names another. */
type StackOnPool = Omit<NewStack, 'pool' | 'autoDeploy'> & Partial<Pick<NewStack, 'pool'>>;

export type Run = NonNullable<ResultOf<typeof RUN>['run']>;

export interface PodVolume {
  readonly name: string;
  readonly secret?: object;
  readonly projected?: { readonly sources: readonly { readonly secret?: object }[] };
}

export interface RunPod extends KubernetesObject {
  spec: {
    initContainers: { name: string; image: string }[];
    containers: { name: string; image: string; volumeMounts?: { name: string }[] }[];
    volumes: PodVolume[];
    securityContext?: { fsGroup?: number };
  };
  status: {
    phase: string;
    containerStatuses?: { name: string; state: { terminated?: { exitCode: number } } }[];
  };
}

export interface WorkerObject extends KubernetesObject {
  status?: { state?: string; currentRunID?: string; conditions?: Condition[] };
}

/** The demo on a cluster of its own, with the verbs of these tests. */
export class Installation {
  private constructor(
    readonly demo: Demo,
    private readonly name: string,
  ) {}

  /** @param name of the cluster @default - that of the end-to-end tests */
  static async bringUp(name: string = NAME, progress: Progress = plainLines): Promise<Installation> {
    const { cluster } = await chooseCluster({ name, progress });
    try {
      return new Installation(await bringUp(cluster, name, progress), name);
    } catch (error) {
      await takeDown(cluster, name, progress);
      throw error;
    }
  }

  async takeDown(): Promise<void> {
    await this.demo.close();
    await takeDown(this.demo.cluster, this.name, plainLines);
  }

  kubectl(...args: string[]): Promise<string> {
    return this.demo.kubernetes.kubectl(args);
  }

  /** The words of `helm VERB` for the operator's release. */
  release(verb: string, ...args: string[]): Promise<string> {
    const { release, namespace } = DEMO.operator;
    return this.demo.kubernetes.helm([verb, release, ...args, '--namespace', namespace]);
  }

  /** A pool of the control plane that the operator's release brings into the cluster; its name. */
  async poolFromValues(name: string): Promise<string> {
    const { privateKeyPem, csrPem } = await makePoolKey('rsa');
    const { token } = await createPool(this.demo.client, { name, csrPem });
    const credentials = { token, privateKey: Buffer.from(privateKeyPem).toString('base64') };
    const pools = JSON.stringify([{ name, namespace: DEMO.pool.namespace, credentials }]);
    await this.release('upgrade', DEMO.operator.chart, '--reuse-values', '--set-json', `workerPools=${pools}`);
    return name;
  }

  /** A stack made of the demo's source. */
  private async stack({ pool = DEMO.pool.name, ...stack }: StackOnPool): Promise<string> {
    await createStack(this.demo.client, { ...stack, pool, autoDeploy: true });
    await withPackedSource(DEMO.stack.source, '', (packed) => uploadSource(this.demo.client, stack.name, packed));
    return stack.name;
  }

  /** Makes a stack and queues a run of it. */
  async start(stack: StackOnPool): Promise<string> {
    return this.trigger(await this.stack(stack));
  }

  async trigger(stack: string): Promise<string> {
    return (await triggerRun(this.demo.client, stack)).id;
  }

  async run(id: string): Promise<Run> {
    const { run } = await this.demo.client.query(RUN, { id });
    if (!run) throw new Error(`there is no run ${id}`);
    return run;
  }

  async stop(id: string): Promise<void> {
    await this.demo.client.query(STOP_RUN, { id });
  }

  /** Waits for one of the states. */
  runReaches(id: string, states: readonly string[] = TERMINAL): Promise<Run> {
    return until(
      async () => {
        const run = await this.run(id);
        return states.includes(run.state) ? run : undefined;
      },
      async () =>
        `run ${id} never was ${states.join(' or ')}: ${JSON.stringify(await this.run(id))}\n${await this.log(id)}`,
    );
  }

  /** The whole log as a person reads it. */
  async log(id: string): Promise<string> {
    const lines = (await text(await this.demo.client.stream(`/api/v1/runs/${id}/log`))).split('\n').filter(Boolean);
    return withoutColours(lines.map((line) => (JSON.parse(line) as { text?: string }).text ?? '').join(''));
  }

  podsOf(runId: string): Promise<RunPod[]> {
    return this.demo.kubernetes.list('pods', DEMO.pool.namespace, `workers.spacelift.io/run-id=${runId}`);
  }

  workers(): Promise<WorkerObject[]> {
    return this.demo.kubernetes.list('workers', DEMO.pool.namespace);
  }

  /** Waits until exactly so many Workers exist, all of them idle. */
  idleWorkers(count: number): Promise<WorkerObject[]> {
    return until(
      async () => {
        const workers = await this.workers();
        const idle = workers.every((worker) => worker.status?.state === 'IDLE' && !worker.metadata.deletionTimestamp);
        return workers.length === count && idle ? workers : undefined;
      },
      async () => `there never were ${count} idle Workers: ${JSON.stringify(await this.workers(), null, 1)}`,
    );
  }

  scaleTo(replicas: number): Promise<string> {
    return this.kubectl('scale', 'workerpool', DEMO.pool.name, `--replicas=${replicas}`);
  }

  /** A merge patch of the pool's spec: null takes a field away. */
  changePool(spec: object): Promise<string> {
    return this.kubectl('patch', 'workerpool', DEMO.pool.name, '--type=merge', '-p', JSON.stringify({ spec }));
  }

  /** The image that keeps a Pod's namespaces: on every node, and with one program in it that only sleeps. */
  async imageWithoutShell(): Promise<string> {
    const images = await this.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}');
    const found = images.split(/\s+/).find((name) => /pause:[^@]+$/.test(name));
    if (found === undefined) throw new Error(`the node has no pause image among ${images}`);
    return found;
  }

  /** Ends the controller as a crash would: no signal handler runs. */
  async killController(): Promise<void> {
    const [pod] = await this.demo.kubernetes.list('pods', DEMO.operator.namespace, 'control-plane=controller-manager');
    const pid = pidInPod(pod?.metadata.uid ?? '', 'controller.mjs');
    process.kill(pid, 'SIGKILL');
  }

  /** The control plane goes and comes back, as when its node is drained. */
  async restartControlPlane(): Promise<void> {
    const { name, namespace } = DEMO.controlPlane;
    await this.kubectl('delete', 'pod', `${name}-0`, '-n', namespace, '--wait=true');
  }

  /** How long a run's Pod may take to start, from now on. */
  async setStartDeadline(seconds: number): Promise<void> {
    const { name, namespace } = DEMO.controlPlane;
    const here = [`statefulset/${name}`, '-n', namespace];
    await this.kubectl('set', 'env', ...here, `WORKER_POOLS_START_DEADLINE_SECONDS=${seconds}`);
    await this.kubectl('rollout', 'status', ...here, '--timeout=180s');
    await this.controlPlaneAnswers();
  }

  /** Waits until the control plane, which has been restarted, can be reached. */
  async controlPlaneAnswers(): Promise<void> {
    const answers = () =>
      this.demo.client.query(POOLS).then(
        () => true,
        () => false,
      );
    await until(answers, () => 'the control plane did not come back');
  }

  eventsAbout(
    kind: string,
    name: string,
    namespace: string = DEMO.pool.namespace,
  ): Promise<{ reason: string; message: string }[]> {
    return this.demo.kubernetes
      .list<{ involvedObject: { kind: string; name: string }; reason: string; message: string }>('events', namespace)
      .then((events) => events.filter(({ involvedObject: about }) => about.kind === kind && about.name === name));
  }
}

/** Processes of Pods are visible on the machine; their control group names the Pod. */
function pidInPod(podUid: string, program: string): number {
  const uid = new RegExp(podUid.replaceAll('-', '[-_]'));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isThere = uid.test(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
      if (isThere && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program)) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  throw new Error(`no process ${program} in the Pod ${podUid}`);
}
