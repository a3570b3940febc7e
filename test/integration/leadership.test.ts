import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Program, type RunningProgram } from '../cli/support/program';
import { makeStack, TestControlPlane } from '../control-plane/support/control-plane';
import { temporaryFolder } from '../support/folder';
import { apiServer } from '../support/api-server';
import { installCrds, PoolObjects } from '../support/controlled-pool';
import { FrozenProxy } from '../support/frozen-proxy';
import { createNamespace, eventually, kubeOk } from '../support/kube';
import { operatorKubeconfig } from '../support/operator-account';

const LED = 'became the leader';
const STOPPED = 'stopped leading';
const WAITS = 'another replica leads';
const QUICKLY = [
  '--leader-elect-lease-duration=8s',
  '--leader-elect-renew-deadline=5s',
  '--leader-elect-retry-period=500ms',
];

const folder = temporaryFolder();
let program: Program;
let controlPlane: TestControlPlane;
let objects: PoolObjects;
/** The kubeconfig of the replicas. */
let account: string;
let controllers: RunningProgram[] = [];
let proxy: FrozenProxy | undefined;

beforeAll(async () => {
  await installCrds();
  program = await Program.controller(folder);
  controlPlane = await TestControlPlane.start({ sweepEveryMs: 500 });
}, 120_000);

afterAll(() => controlPlane.close());

beforeEach(async () => {
  controllers = [];
  proxy = undefined;
  objects = new PoolObjects(await createNamespace('leadership'));
  const { namespace } = objects;
  account = await operatorKubeconfig(namespace, {
    namespaces: [namespace],
    runDisruptionBudget: false,
    secureMetrics: false,
  });
});

afterEach(async () => {
  for (const controller of controllers) controller.signal('SIGKILL');
  await Promise.all([proxy?.close(), ...controllers.map(({ ended }) => ended)]);
});

function controller(flags: readonly string[], kubeconfig = account): RunningProgram {
  const { namespace } = objects;
  const started = program.start(
    'controller',
    `--kubeconfig=${kubeconfig}`,
    `--namespaces=${namespace}`,
    `--controller-namespace=${namespace}`,
    '--health-probe-bind-address=0',
    '--leader-elect',
    ...flags,
  );
  controllers.push(started);
  return started;
}

/** The same server behind the proxy. */
async function kubeconfigThroughProxy(): Promise<string> {
  const { url } = apiServer();
  proxy = await FrozenProxy.to(url);
  const path = join(folder, `${objects.namespace}.kubeconfig`);
  writeFileSync(path, readFileSync(account, 'utf8').replaceAll(url, `https://127.0.0.1:${proxy.port}`));
  return path;
}

async function makePool(name: string, poolSize: number, spec: { commsProtocol?: 'poll'; pollCommsURL?: string } = {}) {
  const { id } = await objects.addPool(controlPlane, name, { poolSize, ...spec });
  await untilReady(name, poolSize);
  return id;
}

const untilReady = (name: string, count: number) =>
  objects.untilCondition(name, 'Ready', { status: 'True', message: `${count} Workers ready.` });
const until = (of: RunningProgram, text: string) => eventually(() => expect(of.stdout).toContain(text), 60_000);
const pods = async () =>
  (await kubeOk<{ items: { metadata: { uid: string } }[] }>('GET', `/api/v1/namespaces/${objects.namespace}/pods`))
    .items;

/** When it said so, by the clock that all processes of a machine share. */
function timeOf({ stdout }: RunningProgram, text: string): number {
  const line = stdout.split('\n').find((each) => each.includes(text));
  return (JSON.parse(line ?? '{}') as { time?: number }).time ?? Number.NaN;
}

describe('a leader', () => {
  it.each([
    ['takes connections and says nothing', (network: FrozenProxy) => Promise.resolve(network.swallow())],
    ['takes not even connections', (network: FrozenProxy) => network.refuseToListen()],
  ])(
    'stops before the next one begins, and ends, when the API server %s',
    async (_, cut) => {
      const first = controller(QUICKLY, await kubeconfigThroughProxy());
      await until(first, LED);
      await makePool('pool', 2);
      const second = controller(QUICKLY);
      await until(second, WAITS);
      if (proxy) await cut(proxy);
      await until(second, LED);
      expect(timeOf(first, STOPPED)).toBeLessThan(timeOf(second, LED));
      expect((await first.ended).exitCode).toBe(1);
      await objects.scale('pool', 3);
      await untilReady('pool', 3);
    },
    120_000,
  );

  it('leads on behind a slow network', async () => {
    const first = controller(QUICKLY, await kubeconfigThroughProxy());
    await until(first, LED);
    await makePool('pool', 2);
    const second = controller(QUICKLY);
    await until(second, WAITS);
    proxy?.slowDown();
    await objects.scale('pool', 3);
    await untilReady('pool', 3);
    await objects.scale('pool', 2);
    await untilReady('pool', 2);
    expect(first.stdout).not.toContain(STOPPED);
    expect(second.stdout).not.toContain(LED);
  }, 120_000);

  it('that stood still while another took over harms nothing of that one’s when it goes on', async () => {
    const former = controller(QUICKLY);
    await until(former, LED);
    const ids = [
      await makePool('by-mqtt', 2),
      await makePool('by-poll', 2, { commsProtocol: 'poll', pollCommsURL: controlPlane.url }),
    ];
    former.signal('SIGSTOP');
    const stoodSince = performance.now();
    const present = controller(QUICKLY);
    await until(present, LED);
    const runs: string[] = [];
    for (const name of ['by-mqtt', 'by-poll']) {
      await objects.scale(name, 4);
      await untilReady(name, 4);
      const id = ids[runs.length] ?? '';
      await makeStack(controlPlane, id, name);
      runs.push((await controlPlane.admin.createRun({ stack: name })).id);
    }
    await eventually(async () => expect(await pods()).toHaveLength(2));
    // The former one's timers for the next sync are due when it wakes up.
    await sleep(60_000 - (performance.now() - stoodSince));
    const stood = await facts(ids, runs);
    former.signal('SIGCONT');
    expect((await former.ended).exitCode).toBe(1);
    for (const name of ['by-mqtt', 'by-poll']) {
      await objects.scale(name, 5);
      await untilReady(name, 5);
    }
    const stands = await facts(ids, runs);
    expect(stands.workers).toEqual(expect.arrayContaining(stood.workers));
    expect(stands.workers).toHaveLength(10);
    expect(stands.known).toEqual(expect.arrayContaining(stood.known));
    expect([stands.pods, stands.runs]).toEqual([stood.pods, stood.runs]);
  }, 180_000);

  it('that stood still for half a minute, alone, leads on as if nothing had been', async () => {
    const alone = controller([]);
    await until(alone, LED);
    const ids = [await makePool('pool', 2)];
    await makeStack(controlPlane, ids[0] ?? '', objects.namespace);
    const run = (await controlPlane.admin.createRun({ stack: objects.namespace })).id;
    await eventually(async () => expect(await pods()).toHaveLength(1));
    const stood = await facts(ids, [run]);
    alone.signal('SIGSTOP');
    await sleep(30_000);
    alone.signal('SIGCONT');
    await objects.scale('pool', 3);
    await untilReady('pool', 3);
    const stands = await facts(ids, [run]);
    expect(stands.workers).toEqual(expect.arrayContaining(stood.workers));
    expect([stands.pods, stands.runs]).toEqual([stood.pods, stood.runs]);
    expect(alone.stdout).not.toContain(STOPPED);
  }, 120_000);
});

/** What nobody but the leader may change. */
async function facts(pools: readonly string[], runs: readonly string[]) {
  return {
    workers: (await objects.workers()).map(({ metadata }) => metadata.uid).sort(),
    known: (await Promise.all(pools.map((id) => controlPlane.admin.workers(id))))
      .flat()
      .map(({ id, retiring }) => ({ id, retiring })),
    pods: (await pods()).map(({ metadata }) => metadata.uid).sort(),
    runs: await Promise.all(
      runs.map(async (id) => {
        const run = await controlPlane.admin.run(id);
        return { id, state: run?.state, attempt: run?.attempt };
      }),
    ),
  };
}
