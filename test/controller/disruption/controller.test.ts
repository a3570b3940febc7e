import { beforeEach, describe, expect, it } from '@jest/globals';
import { RUN_BUDGET } from '../../../src/api';
import { createCaches } from '../../../src/controller/caches';
import { DisruptionController } from '../../../src/controller/disruption/controller';
import { runBudget, type Budget } from '../../../src/controller/disruption/budget';
import { KubeError, silentLogger, type EventInput, type KubeClient } from '../../../src/controller/runtime';
import type { RunPodStatus } from '../../../src/controller/run';
import { FakeClock } from '../../support/fake-clock';
import { anAssignment, aPool, built, containers, exited, running } from '../run/fixtures';

/** Namespaces with run Pods, and an API server in memory that holds budgets. */
class World {
  readonly clock = new FakeClock();
  readonly caches = createCaches();
  /** Requests that write or read one budget, in words. */
  readonly requests: string[] = [];
  readonly events: EventInput[] = [];
  readonly stored = new Map<string, Budget>();
  /** What answers instead of the API server. */
  refusal: KubeError | undefined;
  private version = 100;
  private controller: DisruptionController | undefined;

  constructor() {
    this.caches.pools.noteWritten(aPool());
  }

  start(): Promise<void> {
    const events = { event: (_: unknown, event: EventInput) => void this.events.push(event) } as never;
    const { caches, clock } = this;
    this.controller = new DisruptionController({
      client: this.client(),
      caches,
      events,
      clock,
      namespaces: [],
      logger: silentLogger,
    });
    this.controller.start();
    this.controller.queue.start();
    return clock.advance(0);
  }

  async stop(): Promise<void> {
    const stopped = Promise.all([this.controller?.queue.stop(), this.controller?.stop()]);
    await this.clock.advance(20_000);
    await stopped;
  }

  /** The kubelet writes, and the watch delivers. */
  async see(run: string, status: RunPodStatus, namespace = 'team'): Promise<void> {
    const pod = built({}, anAssignment({ runId: run }));
    const metadata = { ...pod.metadata, namespace, uid: `uid ${run}`, resourceVersion: this.next() };
    this.caches.pods.noteWritten({ ...pod, metadata, status });
    await this.clock.advance(0);
  }

  put(budget: Budget): Budget {
    const { namespace = '' } = budget.metadata;
    const metadata = { ...budget.metadata, uid: `uid ${this.next()}`, resourceVersion: this.next() };
    this.stored.set(namespace, { ...budget, metadata });
    return { ...budget, metadata };
  }

  private next(): string {
    return String(++this.version);
  }

  private client(): KubeClient {
    const asked = (verb: string, namespace: string): void => {
      this.requests.push(`${verb} ${namespace}`);
      if (this.refusal) throw this.refusal;
    };
    const answers = {
      create: (_: unknown, namespace: string, budget: Budget) => {
        asked('create', namespace);
        if (this.stored.has(namespace)) throw new KubeError({ status: 409, reason: 'AlreadyExists', message: 'there' });
        return this.put(budget);
      },
      get: (_: unknown, namespace: string) => {
        asked('get', namespace);
        return this.stored.get(namespace);
      },
      delete: (_: unknown, namespace: string, __: string, { uid }: { uid?: string }) => {
        asked('delete', namespace);
        const found = this.stored.get(namespace);
        if (found?.metadata.uid !== uid) throw new KubeError({ status: 409, reason: 'Conflict', message: 'another' });
        return this.stored.delete(namespace);
      },
      list: (_: unknown, { labelSelector }: { labelSelector: string }) => {
        if (this.refusal) throw this.refusal;
        const [label = '', value] = labelSelector.split('=');
        const items = [...this.stored.values()].filter(({ metadata }) => metadata.labels?.[label] === value);
        return { resourceVersion: this.next(), items };
      },
    };
    const calls = Object.entries(answers).map(([name, answer]) => [
      name,
      // eslint-disable-next-line @typescript-eslint/require-await -- what throws must reject
      async (...given: never[]) => (answer as (...given: never[]) => unknown)(...given),
    ]);
    const client: unknown = { ...Object.fromEntries(calls), watch: silentWatch };
    return client as KubeClient;
  }
}

/** Brings nothing until it is broken off. */
async function* silentWatch(_: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<never> {
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('broken off'))));
  yield* [];
}

const working = containers({ relay: running, worker: running });
const ended = containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' });
const onlySidecarLeft = containers({ relay: exited(0), worker: exited(0) });

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the budgets of run Pods', () => {
  it('cost two requests in a namespace, however many runs follow each other there', async () => {
    await world.start();
    for (let run = 0; run < 100; run++) {
      await world.see(`RUN${run}`, { phase: 'Pending' });
      await world.see(`RUN${run}`, working);
      await world.see(`RUN${run}`, ended);
      await world.clock.advance(30_000);
    }
    expect(world.requests).toEqual(['create team']);
    await world.clock.advance(60_000);
    expect(world.requests).toEqual(['create team', 'delete team']);
    expect(world.stored.size).toBe(0);
    await world.stop();
  });

  it('lie where the runs are, and protect all of them', async () => {
    await world.start();
    await world.see('RUN1', working, 'network');
    await world.see('RUN2', working, 'data');
    expect([...world.stored.keys()]).toEqual(['network', 'data']);
    expect(world.stored.get('network')).toMatchObject({
      metadata: { name: RUN_BUDGET.name },
      spec: {
        minAvailable: 2_147_483_647,
        selector: { matchExpressions: [{ key: 'workers.spacelift.io/workerpool', operator: 'Exists' }] },
      },
    });
    await world.stop();
  });

  it('are there for the Pods that a new leader finds', async () => {
    await world.see('RUN1', working);
    await world.start();
    expect(world.requests).toEqual(['create team']);
    await world.stop();
  });

  it('are taken over from the leader before, and go when nothing runs', async () => {
    world.put(runBudget('team'));
    await world.start();
    await world.see('RUN1', working);
    expect(world.requests).toEqual([]);
    await world.see('RUN1', ended);
    await world.clock.advance(60_000);
    expect(world.requests).toEqual(['delete team']);
    await world.stop();
  });

  it('go where the leader before left them and nothing runs any more', async () => {
    world.put(runBudget('team'));
    await world.start();
    await world.clock.advance(60_000);
    expect(world.requests).toEqual(['delete team']);
    await world.stop();
  });

  it('do not keep a node for a sidecar whose run is over', async () => {
    await world.start();
    await world.see('RUN1', working);
    await world.see('RUN1', onlySidecarLeft);
    await world.clock.advance(60_000);
    expect(world.requests).toEqual(['create team', 'delete team']);
    await world.stop();
  });

  it('are not confused with one of the same name that somebody else made', async () => {
    const theirs = runBudget('team');
    world.put({ ...theirs, metadata: { ...theirs.metadata, labels: {} } });
    await world.start();
    await world.see('RUN1', working);
    expect(world.events[0]).toMatchObject({
      type: 'Warning',
      reason: 'RunsUnprotected',
      message: expect.stringMatching(
        /^A PodDisruptionBudget worker-pool-runs that is not this controller's .* delete it/,
      ),
    });
    world.stored.clear();
    await world.clock.advance(120_000);
    expect(world.stored.get('team')?.metadata.labels).toEqual(theirs.metadata.labels);
    await world.stop();
  });

  it('that may not be made are told of on the pools there, and made when they may', async () => {
    const message =
      'POST /apis/policy/v1/namespaces/team/poddisruptionbudgets: poddisruptionbudgets.policy is forbidden: User "x" cannot create resource "poddisruptionbudgets" in API group "policy"';
    world.refusal = new KubeError({ status: 403, reason: 'Forbidden', message });
    await world.start();
    await world.see('RUN1', working);
    expect(world.events[0]?.message).toMatch(
      /^The controller may not create the PodDisruptionBudget worker-pool-runs, without which runs are not protected when nodes are drained in namespace team: User "x" cannot create/,
    );
    world.refusal = undefined;
    await world.clock.advance(120_000);
    expect([...world.stored.keys()]).toEqual(['team']);
    await world.stop();
  });

  it('are not asked for again in a namespace that is going, beyond the usual pauses', async () => {
    const message =
      'poddisruptionbudgets.policy "x" is forbidden: unable to create new content in namespace team because it is being terminated';
    world.refusal = new KubeError({ status: 403, reason: 'Forbidden', message });
    await world.start();
    await world.see('RUN1', working);
    await world.clock.advance(600_000);
    expect(world.events).toEqual([]);
    expect(world.requests.length).toBeLessThan(30);
    await world.stop();
  });
});
