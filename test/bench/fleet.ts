import { LABEL } from '../../src/api';
import type { Progress } from '../../src/local-cluster';
import { task } from '../../src/local-cluster/progress';
import { atOnce, secondsOf, sleep, turn, until } from '../support/waiting';
import { PARALLEL } from './api-client';
import {
  openLaboratory,
  playerOf,
  preparePool,
  workerPool,
  workerPoolsPath,
  type Laboratory,
  type LaboratoryOptions,
} from './laboratory';
import { thisMachine, type Machine } from './measures';
import { Observer } from './observer';
import type { PodPlayer } from './pods';

/** The longest that making or finding the fleet may take, in seconds. */
const PATIENCE = 900;
/** How long, at most, the controller is left alone before its memory is looked at. */
const QUIET_SECONDS = 10;
const LOOK_EVERY_MS = 1_000;

export interface FleetOptions extends LaboratoryOptions {
  /** Workers without a run. */
  readonly idle: number;
  /** Workers with a run, and so Pods. */
  readonly pods: number;
  /** Workers of a pool. */
  readonly poolSize: number;
  /** How long memory is looked at; a pool tells the control plane of all its Workers once in 30 to 60 s. */
  readonly seconds: number;
}

/** Memory of a controller that has found its fleet, in MiB. */
export interface FleetMemory {
  /** From the WorkerPools, or from the start of the process, until it had done everything. */
  readonly seconds: number;
  /** The highest that was seen at rest. */
  readonly atRestMiB: number;
  /** The highest since the process began; null where the system does not tell. */
  readonly peakMiB: number | null;
}

export interface FleetReport {
  readonly machine: Machine;
  readonly settings: Pick<FleetOptions, 'idle' | 'pods' | 'poolSize' | 'seconds'>;
  /** Of the process that made Workers and Pods. */
  readonly made: FleetMemory;
  /** Of one that was started when they were there. */
  readonly found: FleetMemory;
}

/** Measures the memory of a controller with many Workers and Pods; ends everything that it started. */
export async function runFleet(options: FleetOptions, progress: Progress, signal: AbortSignal): Promise<FleetReport> {
  const laboratory = await task(progress, 'starting API server, control plane and controller', undefined, () =>
    openLaboratory(options),
  );
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error('ended before it was finished'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });
  try {
    const observer = Observer.start(laboratory.client);
    const measuring = measure(options, laboratory, observer, progress);
    return await Promise.race([measuring, ended, observer.broken]);
  } finally {
    await laboratory.close();
  }
}

async function measure(
  options: FleetOptions,
  laboratory: Laboratory,
  observer: Observer,
  progress: Progress,
): Promise<FleetReport> {
  const { idle, pods, poolSize, seconds } = options;
  const pools = sizesOfPools(idle + pods, poolSize).map((size, index) => ({ size, name: `fleet-${index + 1}` }));
  const making = await secondsOf(async () => {
    const title = `making ${idle + pods} Workers in ${pools.length} pools`;
    const players = await task(progress, title, undefined, () => makePools(laboratory, observer, pools));
    await task(progress, `making ${pods} Pods`, undefined, () => makePods(laboratory, observer, players, pods));
  });
  const made = await task(progress, 'the controller at rest', undefined, () => watchMemory(laboratory, seconds));
  const finding = await task(progress, 'restarting the controller', undefined, () =>
    secondsOf(() => laboratory.restartController()),
  );
  const found = await task(progress, 'the new controller at rest', undefined, () => watchMemory(laboratory, seconds));
  const left = { workers: observer.idleWorkers, pods: observer.pods.size };
  if (left.workers !== idle || left.pods !== pods) {
    throw new Error(`what was measured had ${left.workers} idle Workers and ${left.pods} Pods`);
  }
  return {
    machine: thisMachine(),
    settings: { idle, pods, poolSize, seconds },
    made: { seconds: making, ...made },
    found: { seconds: finding, ...found },
  };
}

/** So many Workers in pools of so many; the last pool has what is left. */
export function sizesOfPools(workers: number, poolSize: number): number[] {
  const full = Array<number>(Math.floor(workers / poolSize)).fill(poolSize);
  return workers % poolSize === 0 ? full : [...full, workers % poolSize];
}

interface PoolOfFleet {
  readonly name: string;
  readonly size: number;
}

/** A stack, and who plays the Pods of its pool, by the pool's ULID. */
type Players = ReadonlyMap<string, { readonly stack: string; readonly player: PodPlayer }>;

async function makePools(
  { client, controlPlane, controller, signal }: Laboratory,
  observer: Observer,
  pools: readonly PoolOfFleet[],
): Promise<Players> {
  const players = new Map<string, { stack: string; player: PodPlayer }>();
  for (const { name, size } of pools) {
    const { pool, jwt } = await preparePool(client, controlPlane, name);
    players.set(pool.id, { stack: name, player: playerOf(client, controlPlane, jwt) });
    await client.create(workerPoolsPath, workerPool(size, name));
  }
  const all = pools.reduce((sum, { size }) => sum + size, 0);
  const registered = until(`registering ${all} Workers`, PATIENCE, () => observer.idleWorkers === all, signal);
  await Promise.race([registered, controller.ended]);
  return players;
}

/** Runs on every pool in turn, each in a Pod that works and does not end. */
async function makePods(
  { controlPlane: { admin }, controller, signal }: Laboratory,
  observer: Observer,
  players: Players,
  count: number,
): Promise<void> {
  const stacks = [...players.values()].map(({ stack }) => stack);
  const idle = observer.idleWorkers - count;
  for (let made = 0; made < count; made += 1) {
    await admin.createRun({ stack: stacks[made % stacks.length]!, type: 'PROPOSED' });
    await turn();
  }
  const created = until(`${count} Pods`, PATIENCE, () => observer.pods.size === count, signal);
  await Promise.race([created, controller.ended]);
  await atOnce(PARALLEL, [...observer.pods.values()], (pod) =>
    players.get(pod.metadata.labels?.[LABEL.workerPool] ?? '')!.player.begin(pod),
  );
  await until(`${count} busy Workers`, PATIENCE, () => observer.idleWorkers === idle, signal);
  for (const { player } of players.values()) await player.close();
}

async function watchMemory(
  { controller, signal }: Laboratory,
  seconds: number,
): Promise<Pick<FleetMemory, 'atRestMiB' | 'peakMiB'>> {
  await sleep(Math.min(QUIET_SECONDS, seconds) * 1000, undefined, { signal });
  const seen: number[] = [];
  for (let look = 0; look < seconds; look += 1) {
    await Promise.race([sleep(LOOK_EVERY_MS, undefined, { signal }), controller.ended]);
    seen.push(controller.usage().residentMiB);
  }
  return { atRestMiB: Math.max(...seen), peakMiB: controller.usage().peakMiB };
}
