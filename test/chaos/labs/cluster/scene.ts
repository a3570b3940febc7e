import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../../../src/control-plane';
import { CONTROLLER_DEFAULTS } from '../../../../src/controller/options';
import { PoolAccess } from '../../../../src/launcher/credentials';
import { systemClock } from '../../../../src/time';
import {
  makePool,
  makeStack,
  type TestControlPlane,
  type TestPool,
} from '../../../control-plane/support/control-plane';
import type { ApiServer } from '../../../support/api-server.start';
import { createNamespace } from '../../../support/kube';
import { operatorKubeconfig } from '../../../support/operator-account';
import { sleep } from '../../../support/waiting';
import type { Verdict } from '../../fault';
import { Books } from './books';
import { ControllerContainer } from './controllers';
import { Kubelet, type Point } from './kubelet';
import type { FaultProxy } from './proxy';
import { secretOf, SceneObjects } from './pool-objects';

const LOOK_EVERY_MS = 50;
/** A scene that has not converged by then never will. */
const CONVERGE_WITHIN_MS = 150_000;
const READY_WITHIN_MS = 60_000;

/** What the scenes of a lab have in common. */
export interface Surroundings {
  readonly server: ApiServer;
  readonly controlPlane: TestControlPlane;
  /** Between controllers and API server. */
  readonly proxy: FaultProxy;
  /** Path of the controller's program. */
  readonly bundle: string;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** A kubeconfig that leads through the proxy, with the same account. */
  throughProxy(kubeconfig: string): string;
}

export interface SceneOptions {
  /** @default 4 */
  readonly poolSize?: number;
  /** Replicas of the controller, of which one leads. @default 1 */
  readonly replicas?: number;
  /** Flags of Node for the controller. @default those of its image */
  readonly nodeFlags?: readonly string[];
}

interface Hold {
  readonly runId: string;
  readonly release: () => void;
}

/** One pool in a namespace of its own, its controllers, the runs on it, and who plays its node. */
export class Scene {
  readonly books: Books;
  readonly controllers: ControllerContainer[];
  readonly kubelet: Kubelet;
  private readonly holds: Hold[] = [];
  private stacks = 0;

  private constructor(
    readonly lab: Surroundings,
    readonly objects: SceneObjects,
    readonly pool: TestPool,
    private poolSize: number,
    access: PoolAccess,
    kubeconfig: string,
    { replicas = 1, nodeFlags }: SceneOptions,
  ) {
    const { namespace } = objects;
    const { server, folder, bundle } = lab;
    this.books = new Books(server.auditLog ?? '', namespace);
    this.kubelet = new Kubelet(server, namespace, access, this.books);
    const options = { bundle, kubeconfig, namespace, folder, ...(nodeFlags && { nodeFlags }) };
    this.controllers = Array.from(
      { length: replicas },
      (_, index) => new ControllerContainer(options, `controller-${index}`),
    );
  }

  static async open(lab: Surroundings, options: SceneOptions = {}): Promise<Scene> {
    const { poolSize = 4 } = options;
    const namespace = await createNamespace('chaos');
    const account = await operatorKubeconfig(namespace, {
      namespaces: [namespace],
      runDisruptionBudget: false,
      secureMetrics: false,
    });
    const pool = await makePool(lab.controlPlane, namespace);
    const objects = new SceneObjects(namespace);
    const access = await accessOf(pool, join(lab.folder, namespace));
    const scene = new Scene(lab, objects, pool, poolSize, access, lab.throughProxy(account), options);
    try {
      await objects.create(pool, poolSize);
      await Promise.all(scene.controllers.map((controller) => controller.start()));
      await scene.until('the pool is ready', async () => (await scene.amiss()).length === 0, READY_WITHIN_MS);
    } catch (error) {
      await scene.close();
      throw error;
    }
    return scene;
  }

  get controller(): ControllerContainer {
    const [first] = this.controllers;
    if (!first) throw new Error('this scene has no controller');
    return first;
  }

  /** The Lease by which the controllers of this scene agree on who leads. */
  get leasePath(): string {
    const { namespace } = this.objects;
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${CONTROLLER_DEFAULTS.leaseName}`;
  }

  /** The controller that leads, as far as its log says. */
  async leader(): Promise<ControllerContainer> {
    const leads = () => this.controllers.find(({ said }) => said.includes('became the leader'));
    await this.until('somebody leads', () => Promise.resolve(leads() !== undefined), READY_WITHIN_MS);
    return leads() ?? this.controller;
  }

  /** Queues so many runs; every second is applied by a second Pod. Those that are held go on until they are released. */
  async trigger(count: number, held = false): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const { admin } = this.lab.controlPlane;
      const hasChanges = this.stacks % 2 === 1;
      const stack = `${this.objects.namespace}-${this.stacks++}`;
      await makeStack(this.lab.controlPlane, this.pool.id, stack, true);
      const gate = gateOf(held);
      const { id } = await admin.createRun({ stack, type: hasChanges ? 'TRACKED' : 'PROPOSED' });
      this.kubelet.expect(id, { hasChanges, until: gate.opened });
      this.books.triggered(id);
      if (held) this.holds.push({ runId: id, release: gate.open });
      ids.push(id);
    }
    return ids;
  }

  /** Queues runs that go on until they are released, one for each Worker but so many, and waits until all of them run. */
  async fill(free = 0): Promise<void> {
    const ids = new Set(await this.trigger(this.poolSize - free, true));
    await this.until('the Workers have runs in progress', async () => {
      const records = await Promise.all([...ids].map((id) => this.lab.controlPlane.admin.run(id)));
      return records.every((record) => record?.state === 'PLANNING');
    });
  }

  /** Lets some of the runs end that are held. */
  release(count = Infinity): void {
    for (const { release } of this.holds.splice(0, Math.min(count, this.holds.length))) release();
  }

  /** When a run comes to a point of its life for the next time. */
  reaches(point: Point): Promise<string> {
    return new Promise((resolve) => this.kubelet.reached.once(point, resolve));
  }

  async scale(poolSize: number): Promise<void> {
    this.poolSize = poolSize;
    await this.objects.scale(poolSize);
  }

  async until(what: string, condition: () => Promise<boolean>, withinMs = READY_WITHIN_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.lab.signal });
    }
  }

  /**
   * Waits until everything is as it has to be, or gives up, and counts.
   * @param since when the fault ended, by `performance.now()`
   * @param expected reasons of outcomes that are right here, because the runs' own Pods are what was broken
   */
  async verdict(since: number, expected: readonly string[] = []): Promise<Verdict> {
    const deadline = performance.now() + CONVERGE_WITHIN_MS;
    let amiss: string[] = [];
    do {
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.lab.signal });
      amiss = await this.amiss().catch((error: unknown) => [String(error)]);
    } while (amiss.length > 0 && performance.now() < deadline);
    const recoveredInMs = Math.round(performance.now() - since);
    const records = await this.records();
    const [doubled, killed] = [this.books.doubled(), this.books.ended(records, expected)];
    const finished = records.filter(({ finishedAt }) => finishedAt !== null);
    const endedAs = countBy(finished.filter(({ state }) => state !== 'FINISHED').map(({ reason }) => reason ?? 'none'));
    const sentences = [...doubled.values(), ...killed.values(), ...amiss];
    return {
      asked: records.length,
      finished: finished.length,
      lost: records.length - finished.length,
      doubled: doubled.size,
      killed: killed.size,
      recoveredInMs,
      ...(Object.keys(endedAs).length > 0 && { endedAs }),
      ...(sentences.length > 0 && { amiss: sentences }),
    };
  }

  async close(): Promise<void> {
    this.release();
    await Promise.all(this.controllers.map((controller) => controller.close()));
    await this.kubelet.close();
  }

  private async records(): Promise<RunRecord[]> {
    const found = await Promise.all(this.books.asked.map((id) => this.lab.controlPlane.admin.run(id)));
    return found.flatMap((record) => record ?? []);
  }

  /** What is not yet as it has to be when nothing is left to do, a sentence each. */
  private async amiss(): Promise<string[]> {
    const { admin } = this.lab.controlPlane;
    const [records, pods, objects, known] = await Promise.all([
      this.records(),
      this.objects.pods(),
      this.objects.workers(),
      admin.workers(this.pool.id),
    ]);
    const open = records.filter(({ finishedAt }) => finishedAt === null);
    const idle = objects.filter(({ status }) => status?.state === 'IDLE' && status.registered);
    const free = known.filter(
      ({ runId, retiring, forgotten, removed }) => !(runId ?? (retiring || forgotten || removed)),
    );
    return [
      ...open.map(({ id, state }) => `run ${id} is ${state}`),
      ...pods.map(({ metadata }) => `the Pod ${metadata.name} is left`),
      ...differs('Workers', objects.length, this.poolSize),
      ...differs('idle Workers', idle.length, this.poolSize),
      ...differs('Workers that the control plane knows', known.length, this.poolSize),
      ...differs('Workers that the control plane may give runs to', free.length, this.poolSize),
    ];
  }
}

const differs = (what: string, count: number, wanted: number): string[] =>
  count === wanted ? [] : [`${count} ${what} in place of ${wanted}`];

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function gateOf(held: boolean): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = held ? new Promise<void>((resolve) => (open = resolve)) : Promise.resolve();
  return { opened, open };
}

/** As the Secret of the pool is mounted in a run Pod. */
async function accessOf(pool: TestPool, folder: string): Promise<PoolAccess> {
  mkdirSync(folder, { recursive: true });
  const { token, privateKey } = secretOf(pool);
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'privateKey'), privateKey);
  return PoolAccess.open(folder, systemClock);
}
