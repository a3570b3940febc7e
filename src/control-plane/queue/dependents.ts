import { monotonicFactory } from 'ulid';
import type { Dependency } from '../store/dependencies';
import type { RunType, StackRecord } from '../store/records';
import type { Change } from './change';
import { below, inOrder, upstreamOf } from './dependency-graph';
import { ownLine, systemLog } from './lifecycle';
import { usualRank } from './rank';
import { AS_THE_STACK, queueVersionOf } from './run-types';
import { firstState } from './state-changes';

/** What there is around a stack of which a run is queued. */
export interface Surroundings {
  readonly dependencies: readonly Dependency[];
  /** Those held of the stack itself, of what it follows and of what follows it, by id; one that was deleted is left out. */
  readonly stacks: ReadonlyMap<string, StackRecord>;
  /** Runs that the new one is to wait for. */
  readonly awaited: readonly string[];
}

/**
 * Holds a stack and, for a tracked run, those around it, each behind those that it depends on: whoever ends one of their
 * runs holds its stack before it looks who waits for it.
 */
export async function holdAround({ tx }: Change, stackId: string, type: RunType): Promise<Surroundings> {
  // Most are alone, and held at once.
  const alone = await (type === 'TRACKED' ? tx.stacks.lockAlone(stackId) : tx.stacks.lock(stackId));
  if (alone) return { dependencies: [], stacks: new Map([[stackId, alone]]), awaited: [] };
  const dependencies = type === 'TRACKED' ? await tx.dependencies.around(stackId) : [];
  const stacks = new Map<string, StackRecord>();
  for (const id of dependencies.length === 0 ? [stackId] : inOrder(dependencies)) {
    const stack = await tx.stacks.lock(id);
    if (stack) stacks.set(id, stack);
  }
  const upstream = upstreamOf(dependencies).get(stackId) ?? [];
  const newest = upstream.length === 0 ? [] : (await tx.dependencies.newestUnfinished(upstream)).values();
  return { dependencies, stacks, awaited: [...newest] };
}

/** A run that others follow. */
interface Followed {
  readonly id: string;
  readonly stackId: string;
}

/** Queues a run of each stack that depends on that of a new run, once, to go when all that it follows have finished. */
export async function queueDependents(made: Change, run: Followed, around: Surroundings): Promise<void> {
  const { tx } = made;
  const { dependencies, stacks } = around;
  const dependents = below(dependencies, run.stackId);
  if (dependents.size === 0) return;
  const newId = monotonicFactory();
  const upstream = upstreamOf(dependencies);
  const others = [...upstream].flatMap(([id, ids]) => (dependents.has(id) ? ids : []));
  const newest = await tx.dependencies.newestUnfinished([...new Set(others)]);
  const queued = new Map([[run.stackId, run.id]]);
  const said: string[] = [];
  for (const stackId of inOrder(dependencies)) {
    const stack = dependents.has(stackId) ? stacks.get(stackId) : undefined;
    const above = upstream.get(stackId) ?? [];
    if (!stack || !above.some((id) => queued.has(id))) continue;
    const why = await whyNot(made, stack);
    if (why !== undefined) {
      said.push(`${stack.name} (none: ${why})`);
      continue;
    }
    const awaited = above.flatMap((id) => queued.get(id) ?? newest.get(id) ?? []);
    const id = newId(made.now);
    await insertDependent(made, stack, id, `because run ${run.id} of stack ${stacks.get(run.stackId)!.name} was`);
    await tx.dependencies.wait(id, awaited, true);
    queued.set(stackId, id);
    said.push(`${stack.name} (run ${id})`);
  }
  await systemLog(made, run.id, 0, `Runs of the stacks that depend on it are queued: ${said.join(', ')}`);
}

async function whyNot({ tx }: Change, { source, poolId }: StackRecord): Promise<string | undefined> {
  if (source === null) return 'it has no source';
  return (await tx.pools.lock(poolId)) ? undefined : 'its pool was deleted';
}

async function insertDependent(made: Change, stack: StackRecord, id: string, why: string): Promise<void> {
  const { tx, now } = made;
  const line = ownLine(now, `Run of stack ${stack.name} is queued, ${why}`);
  const wanted = { type: 'TRACKED' as const, ...AS_THE_STACK, source: stack.source! };
  const run = {
    ...{ id, stackId: stack.id, poolId: stack.poolId },
    ...{ autoDeploy: stack.autoDeploy, idempotencyKey: null, createdAt: now },
    ...wanted,
    rank: usualRank(wanted),
    queueVersion: queueVersionOf(wanted),
  };
  await Promise.all([tx.runs.insert(run, false, line.text), tx.logs.addNext(id, 0, line)]);
  made.stateChanged(firstState(run, stack.name));
}
