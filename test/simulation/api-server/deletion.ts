import { admit, type Core } from './core';
import { NAMESPACES, resourceKey } from './kinds';
import { graceOfPod } from './pods';
import { conflict, notFound } from './refusals';
import type { Parsed } from './request';
import { storeKey } from './store';
import type { SeenRequest, Stored, StoredMeta } from './types';

/** The body of a DELETE. */
export interface DeleteBody {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export const FINALIZER_OF = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;
const NAMESPACES_KEY = resourceKey(NAMESPACES);

/** Marks the object, or removes it where nothing holds it. */
export function remove(core: Core, { rules, seen, text }: Parsed): Stored {
  const body = (text === undefined ? {} : JSON.parse(text)) as DeleteBody;
  const object = core.store.get(seen.resource, storeKey(seen.namespace, seen.name ?? ''));
  if (!object) throw notFound(rules, seen.name ?? '');
  const { name, uid, resourceVersion } = object.metadata;
  const { uid: wantedUid = uid, resourceVersion: wantedVersion = resourceVersion } = body.preconditions ?? {};
  if (wantedUid !== uid) {
    throw conflict(rules, name, `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${uid}`);
  }
  if (wantedVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${wantedVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(rules, name, why);
  }
  admit(core, seen, object);
  return seen.dryRun ? object : removeObject(core, seen, object, body);
}

/** Whatever admission says. */
export function removeObject(
  core: Core,
  seen: Pick<SeenRequest, 'resource' | 'by'>,
  object: Stored,
  body: DeleteBody,
): Stored {
  const key = storeKey(object.metadata.namespace, object.metadata.name);
  const marked = mark(core, seen.resource, object, body);
  if (isDone(seen.resource, marked.metadata)) {
    // One that was under way is made shorter first, as watches see.
    if (object.metadata.deletionTimestamp !== undefined && marked !== object) {
      core.store.put(seen.resource, key, marked, seen.by);
    }
    return core.store.remove(seen.resource, key, seen.by, marked) ?? marked;
  }
  return marked === object ? object : core.store.put(seen.resource, key, marked, seen.by);
}

function mark(core: Core, resource: string, object: Stored, body: DeleteBody): Stored {
  const { metadata } = object;
  const asked = body.gracePeriodSeconds;
  const grace = resource === 'pods' ? graceOfPod(object, asked) : 0;
  const finalizers = withPolicy(metadata.finalizers ?? [], body.propagationPolicy);
  if (metadata.deletionTimestamp !== undefined) {
    const left = metadata.deletionGracePeriodSeconds ?? 0;
    // A deletion that is under way can be made shorter only, and only by who says for how long.
    if (grace >= left || (asked === undefined && grace > 0)) return object;
    return { ...object, metadata: { ...metadata, finalizers, ...until(core, grace) } };
  }
  const { generation } = metadata;
  const marked: StoredMeta = {
    ...metadata,
    ...(finalizers.length > 0 && { finalizers }),
    ...(generation !== undefined && { generation: generation + 1 }),
    ...until(core, grace),
  };
  const phase = resource === NAMESPACES_KEY ? { status: { ...object.status, phase: 'Terminating' } } : {};
  return { ...object, ...phase, metadata: marked };
}

function until(core: Core, grace: number): Pick<StoredMeta, 'deletionTimestamp' | 'deletionGracePeriodSeconds'> {
  return { deletionTimestamp: core.timestamp(grace * 1000), deletionGracePeriodSeconds: grace };
}

function withPolicy(finalizers: readonly string[], policy: DeleteBody['propagationPolicy']): readonly string[] {
  if (policy !== 'Foreground' && policy !== 'Orphan') return finalizers;
  return [...new Set([...finalizers, FINALIZER_OF[policy]])];
}

/** Namespaces are held by their content; the namespace controller lets them go. */
function isDone(resource: string, { finalizers = [], deletionGracePeriodSeconds = 0 }: StoredMeta): boolean {
  return resource !== NAMESPACES_KEY && finalizers.length === 0 && deletionGracePeriodSeconds === 0;
}

/** Who takes the last finalizer off removes the object: that is one change, of which a watch sees the end alone. */
export function removeIfDone(
  { store }: Core,
  { resource, by }: Pick<SeenRequest, 'resource' | 'by'>,
  object: Stored,
): Stored | undefined {
  const { deletionTimestamp, namespace, name } = object.metadata;
  if (deletionTimestamp === undefined || !isDone(resource, object.metadata)) return undefined;
  return store.remove(resource, storeKey(namespace, name), by, object);
}
