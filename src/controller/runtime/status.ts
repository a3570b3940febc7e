import { isDeepStrictEqual } from 'node:util';
import type { Condition } from '../../api/meta';
import type { Cache } from './cache';
import type { KubeClient } from './client-types';
import type { KubeObject, ResourceType } from './objects';

type ConditionInput = Omit<Condition, 'lastTransitionTime'>;

/**
 * The list with this condition in it, in its place. lastTransitionTime moves only when the status does. The same array
 * comes back when nothing changed.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  input: ConditionInput,
  now: Date,
): readonly Condition[] {
  const list = conditions ?? [];
  const at = list.findIndex((condition) => condition.type === input.type);
  const present = list[at];
  const moved = present?.status !== input.status;
  const { observedGeneration, ...rest } = input;
  const next: Condition = {
    ...rest,
    lastTransitionTime: moved ? timestamp(now) : present.lastTransitionTime,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  if (present === undefined) return [...list, next];
  return isDeepStrictEqual(present, next) ? list : list.with(at, next);
}

/** RFC 3339 in whole seconds, as metav1.Time has it. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The JSON merge patch (RFC 7396) that turns `from` into `to`; undefined when they are equal. */
export function mergeDiff(from: unknown, to: unknown): unknown {
  if (!isRecord(from) || !isRecord(to)) return isDeepStrictEqual(from, to) ? undefined : to;
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(from)) if (to[name] === undefined && from[name] !== undefined) patch[name] = null;
  for (const [name, wanted] of Object.entries(to)) {
    if (wanted === undefined) continue;
    const difference = mergeDiff(from[name], wanted);
    if (difference !== undefined) patch[name] = difference;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface WriteStatusOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  /** As read; the patch is computed against its status. */
  object: T & { status?: unknown };
  /** The whole wanted status. */
  status: object;
  /** Told of the written object. */
  cache?: Cache<T>;
  signal?: AbortSignal;
}

/** One minimal merge patch of the status subresource; no request when nothing changed. Returns the newest object known. */
export async function writeStatus<T extends KubeObject>(options: WriteStatusOptions<T>): Promise<T> {
  const { client, resource, object, cache, signal } = options;
  const difference = mergeDiff(object.status ?? {}, options.status);
  if (difference === undefined) return object;
  const { namespace, name } = object.metadata;
  const patch = { type: 'merge', subresource: 'status', ...(signal ? { signal } : {}) } as const;
  const written = await client.patch<T>(resource, namespace, name, { status: difference }, patch);
  cache?.noteWritten(written);
  return written;
}
