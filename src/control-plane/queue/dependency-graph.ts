import type { Dependency } from '../store/dependencies';

/* Stacks and what they depend on, as a graph without cycles. */

/** By the id of each stack, the ids of those on the other side of its dependencies. */
type Neighbours = ReadonlyMap<string, readonly string[]>;

export function upstreamOf(dependencies: readonly Dependency[]): Neighbours {
  return grouped(dependencies.map(({ stackId, dependsOnStackId }) => [stackId, dependsOnStackId]));
}

function downstreamOf(dependencies: readonly Dependency[]): Neighbours {
  return grouped(dependencies.map(({ stackId, dependsOnStackId }) => [dependsOnStackId, stackId]));
}

function grouped(pairs: readonly [string, string][]): Neighbours {
  const groups = new Map<string, string[]>();
  for (const [from, to] of pairs) groups.set(from, [...(groups.get(from) ?? []), to]);
  return groups;
}

/** All stacks of the dependencies, each behind those that it depends on, and otherwise by id. */
export function inOrder(dependencies: readonly Dependency[]): string[] {
  const downstream = downstreamOf(dependencies);
  const left = new Map<string, number>();
  for (const { stackId, dependsOnStackId } of dependencies) {
    left.set(dependsOnStackId, left.get(dependsOnStackId) ?? 0);
    left.set(stackId, (left.get(stackId) ?? 0) + 1);
  }
  const order: string[] = [];
  let free = [...left].filter(([, count]) => count === 0).map(([id]) => id);
  while (free.length > 0) {
    const [first, ...rest] = free.sort();
    order.push(first!);
    free = rest;
    for (const id of downstream.get(first!) ?? []) {
      left.set(id, left.get(id)! - 1);
      if (left.get(id) === 0) free.push(id);
    }
  }
  return order;
}

/** All that depend on a stack, over any number of steps. */
export function below(dependencies: readonly Dependency[], stackId: string): Set<string> {
  return reached(downstreamOf(dependencies), stackId);
}

/** All that a stack depends on, over any number of steps. */
export function above(dependencies: readonly Dependency[], stackId: string): Set<string> {
  return reached(upstreamOf(dependencies), stackId);
}

function reached(neighbours: Neighbours, from: string): Set<string> {
  const found = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of neighbours.get(id) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

/** The way by which a stack depends on another, both included; undefined where it does not. */
export function wayUp(dependencies: readonly Dependency[], from: string, to: string): string[] | undefined {
  const upstream = upstreamOf(dependencies);
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  // Grows while it is gone through: the shortest way is found first.
  for (const id of cameFrom.keys()) {
    if (id === to) {
      const way: string[] = [];
      for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
      return way;
    }
    for (const next of upstream.get(id) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, id);
  }
  return undefined;
}

/** How many stacks are in the longest row of them in which each depends on the one before. */
export function longestRow(dependencies: readonly Dependency[]): number {
  const upstream = upstreamOf(dependencies);
  const lengths = new Map<string, number>();
  for (const id of inOrder(dependencies)) {
    lengths.set(id, 1 + Math.max(0, ...(upstream.get(id) ?? []).map((one) => lengths.get(one) ?? 0)));
  }
  return Math.max(0, ...lengths.values());
}
