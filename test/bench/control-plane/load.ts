import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Agent } from 'undici';
import type { Progress } from '../../../src/local-cluster';
import { task } from '../../../src/local-cluster/progress';
import { apiKeyEnvironment, connectionTo, loopback, whereItListens } from '../../support/control-plane-process';
import { LoadAdmin } from '../../support/load/admin';
import { Fleet } from '../../support/load/fleet';
import { Ledger } from '../../support/load/ledger';
import type { ProgramProcess } from '../../support/program-process';
import { secondsOf, sleep } from '../../support/waiting';
import { startImageProgram } from '../image-program';
import { LoopDelay } from './loop-delay';
import { thisMachine } from '../measures';
import { latencies, type Idle, type LoadReport, type Stage } from './load-report';

/** What is not over so long after the last trigger is counted as lost. */
const PATIENCE_MS = 60_000;
const SETTLE_MS = 3_000;

export interface LoadOptions {
  /** Path of the control plane's bundle. */
  readonly bundle: string;
  /** Pools of ten workers at the end, over HTTP. */
  readonly pools: number;
  /** Pools of ten workers at the end, over MQTT. */
  readonly mqttPools: number;
  readonly stacks: number;
  /** Runs that are triggered in a second, and for how long. */
  readonly rate: number;
  readonly seconds: number;
  readonly idleSeconds: number;
  /** Flags of Node for the control plane. @default those of its image */
  readonly nodeFlags?: readonly string[];
}

const WORKERS = 10;
const LIFE = { lifeMs: 200, lines: 4, batch: 4 };
/**
 * For the run Pods, which have their own in a cluster: here either side has one core, and the TLS handshakes of 200 Pods a
 * second would take most of it.
 */
const POD_CONNECTIONS = 32;

/** A control plane of its own, with a fleet that grows; ends all that it started, also when `signal` ends it early. */
export async function runLoad(options: LoadOptions, progress: Progress, signal: AbortSignal): Promise<LoadReport> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-bench-'));
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended before it was finished')));
  });
  interrupted.catch(() => undefined);
  try {
    const { program, delay, fleet, ledger } = await furnish(options, folder, closers);
    const measuring = measure(options, { program, delay, fleet, ledger }, progress);
    return await Promise.race([measuring, interrupted, program.ended]);
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

interface Bench {
  readonly program: ProgramProcess;
  readonly delay: LoopDelay;
  readonly fleet: Fleet;
  readonly ledger: Ledger;
}

async function furnish({ bundle, nodeFlags = [] }: LoadOptions, folder: string, closers: (() => unknown)[]) {
  const [dataDir, log, delayFile] = ['data', 'control-plane.log', 'loop-delay.jsonl'].map((name) => join(folder, name));
  writeFileSync(delayFile!, '');
  const program = startImageProgram({
    name: 'control-plane',
    bundle,
    args: loopback(dataDir!),
    environment: { ...apiKeyEnvironment, LOOP_DELAY_FILE: delayFile! },
    log: log!,
    nodeFlags: ['--import', join(import.meta.dirname, 'preloaded-loop-delay.mjs'), ...nodeFlags],
  });
  closers.push(() => program.stop());
  const { https } = await whereItListens(program, log!);
  const connection = connectionTo(https, dataDir!);
  const admin = new LoadAdmin(connection, join(folder, 'credentials'));
  closers.push(() => admin.close());
  const ledger = new Ledger();
  const connections = new Agent({ connections: POD_CONNECTIONS, connect: { ca: connection.ca } });
  closers.push(() => connections.destroy());
  const fleet = new Fleet(admin, ledger, { ...LIFE, connections });
  closers.push(() => fleet.close());
  return { program, delay: new LoopDelay(delayFile!), fleet, ledger };
}

async function measure(options: LoadOptions, bench: Bench, progress: Progress): Promise<LoadReport> {
  const { fleet } = bench;
  const stages: Stage[] = [];
  let setUpSeconds = 0;
  for (const pools of [10, 100].filter((count) => count < options.pools)) {
    refuseLoss(stages);
    await grow(pools - fleet.pools.length, 0);
    stages.push(
      await task(progress, `${pools * WORKERS} workers: triggering runs`, undefined, () => load(options, bench)),
    );
  }
  refuseLoss(stages);
  setUpSeconds = await grow(options.pools - fleet.pools.length, options.mqttPools);
  const idle = await task(progress, `listening to an idle control plane for ${options.idleSeconds} s`, undefined, () =>
    listen(options.idleSeconds, bench),
  );
  const title = `${fleet.pools.length * WORKERS} workers: triggering runs`;
  stages.push(await task(progress, title, undefined, () => load(options, bench)));
  const { pools, mqttPools, stacks, rate, seconds } = options;
  return { machine: thisMachine(), settings: { pools, mqttPools, stacks, rate, seconds }, setUpSeconds, idle, stages };

  function grow(poll: number, mqtt: number): Promise<number> {
    return task(progress, `opening ${poll + mqtt} pools of ${WORKERS} workers`, undefined, () =>
      secondsOf(async () => {
        await fleet.grow(poll, WORKERS, 'poll');
        await fleet.grow(mqtt, WORKERS, 'mqtt');
        await fleet.spreadStacks(options.stacks);
        await sleep(SETTLE_MS);
      }),
    );
  }
}

/** A stack with a run that goes on cannot move to another pool. */
function refuseLoss(stages: readonly Stage[]): void {
  const { workers, verdict } = stages.at(-1) ?? { verdict: { lost: 0 } };
  if (verdict.lost === 0) return;
  throw new Error(
    `with ${workers} workers ${verdict.lost} runs had not ended a minute after the last trigger: try a lower --rate`,
  );
}

async function listen(seconds: number, { program, delay }: Bench): Promise<Idle> {
  const [from, before, ours] = [Date.now(), program.usage(), process.cpuUsage()];
  await sleep(seconds * 1000);
  const after = program.usage();
  return {
    seconds,
    residentMiB: after.residentMiB,
    cpuShare: (after.cpuSeconds! - before.cpuSeconds!) / seconds,
    clientCpuShare: cpuSecondsSince(ours) / seconds,
    loopHeldMs: delay.longestSince(from),
  };
}

/** Triggers runs at a steady rate, whether or not the control plane keeps up, and waits for the last to end. */
async function load({ rate, seconds }: LoadOptions, { program, delay, fleet, ledger }: Bench): Promise<Stage> {
  ledger.forget();
  const [from, before, ours] = [Date.now(), program.usage(), process.cpuUsage()];
  const started = performance.now();
  const triggers: Promise<void>[] = [];
  for (let made = 0; made < rate * seconds; made += 1) {
    const early = started + (made * 1000) / rate - performance.now();
    if (early > 1) await sleep(early);
    triggers.push(fleet.trigger().catch((error: unknown) => ledger.refused(error)));
  }
  await Promise.all(triggers);
  const until = performance.now() + PATIENCE_MS;
  while (ledger.unfinished > 0 && performance.now() < until) await sleep(50);
  const after = program.usage();
  const elapsed = (performance.now() - started) / 1000;
  await sleep(SETTLE_MS);
  return {
    pools: fleet.pools.length,
    workers: fleet.pools.length * WORKERS,
    runs: ledger.all.size,
    seconds: elapsed,
    ...latencies(ledger.all.values()),
    residentMiB: after.residentMiB,
    peakMiB: after.peakMiB,
    cpuSeconds: after.cpuSeconds! - before.cpuSeconds!,
    clientCpuSeconds: cpuSecondsSince(ours),
    loopHeldMs: delay.longestSince(from),
    verdict: ledger.counts(),
    refusals: Object.fromEntries(ledger.refusals),
  };
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
