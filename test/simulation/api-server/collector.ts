import type { OwnerReference } from '../../../src/api/meta';
import type { Core } from './core';
import { FINALIZER_OF, removeIfDone, removeObject } from './deletion';
import { NAMESPACES, resourceKey } from './kinds';
import { keyOfStored } from './store';
import type { Change, Stored } from './types';

interface Place {
  readonly resource: string;
  readonly key: string;
}

const BY = 'garbage-collector';
const NAMESPACES_KEY = resourceKey(NAMESPACES);

/**
 * What the controller manager does: removes what nobody owns any more, holds owners that are deleted in the foreground, and
 * empties namespaces. Late, each time by a delay of its own.
 */
export class Collector {
  private readonly live = new Map<string, Place>();
  private readonly dependents = new Map<string, Set<string>>();
  private readonly contents = new Map<string, Set<string>>();

  constructor(private readonly core: Core) {}

  start(): void {
    this.core.store.onChange((change) => this.follow(change));
  }

  private follow(change: Change): void {
    const { object, resource, type } = change;
    const { metadata } = object;
    const { uid, ownerReferences = [], namespace } = metadata;
    if (type === 'ADDED') {
      this.live.set(uid, { resource, key: keyOfStored(object) });
      if (namespace !== undefined) add(this.contents, namespace, uid);
    }
    for (const owner of ownerReferences) add(this.dependents, owner.uid, uid);
    if (type === 'DELETED') return this.left(object);
    if (ownerReferences.some((owner) => !this.live.has(owner.uid))) this.later(() => this.collect(uid));
    if (metadata.deletionTimestamp === undefined) return;
    if (resource === NAMESPACES_KEY) this.later(() => this.empty(uid));
    else if (isHeldByUs(object)) this.later(() => this.letGo(uid));
  }

  private left({ metadata: { uid, namespace, ownerReferences = [] } }: Stored): void {
    this.live.delete(uid);
    if (namespace !== undefined) this.contents.get(namespace)?.delete(uid);
    for (const owner of ownerReferences) this.dependents.get(owner.uid)?.delete(uid);
    for (const dependent of this.dependents.get(uid) ?? []) this.later(() => this.collect(dependent));
    for (const owner of ownerReferences) {
      const held = this.find(owner.uid);
      if (held && isHeldByUs(held)) this.later(() => this.letGo(owner.uid));
    }
    const home = namespace === undefined ? undefined : this.core.store.get(NAMESPACES_KEY, namespace);
    if (home?.metadata.deletionTimestamp !== undefined) this.later(() => this.empty(home.metadata.uid));
  }

  /** An object whose owners are all gone; of several, those that are gone are taken off. */
  private collect(uid: string): void {
    const object = this.find(uid);
    const place = this.live.get(uid);
    if (!object || !place) return;
    const owners = object.metadata.ownerReferences ?? [];
    const left = owners.filter((owner) => this.live.has(owner.uid));
    if (left.length === owners.length) return;
    if (left.length === 0) this.delete(object, place.resource);
    else this.put(place, withOwners(object, left));
  }

  /** An owner whose dependents go first, or stay behind. */
  private letGo(uid: string): void {
    const owner = this.find(uid);
    const place = this.live.get(uid);
    if (!owner || !place) return;
    const dependents = [...(this.dependents.get(uid) ?? [])].flatMap((one) => this.find(one) ?? []);
    if (owner.metadata.finalizers?.includes(FINALIZER_OF.Orphan)) {
      for (const dependent of dependents) this.orphan(dependent, uid);
      return this.dropFinalizer(owner, place, FINALIZER_OF.Orphan);
    }
    const blocking = dependents.filter((one) => ownerIn(one, uid)?.blockOwnerDeletion);
    for (const dependent of blocking) this.delete(dependent, this.live.get(dependent.metadata.uid)?.resource);
    const isBlocked = blocking.some(({ metadata }) => this.live.has(metadata.uid));
    if (!isBlocked) this.dropFinalizer(owner, place, FINALIZER_OF.Foreground);
  }

  private orphan(dependent: Stored, ownerUid: string): void {
    const place = this.live.get(dependent.metadata.uid);
    const owners = dependent.metadata.ownerReferences?.filter(({ uid }) => uid !== ownerUid) ?? [];
    this.dependents.get(ownerUid)?.delete(dependent.metadata.uid);
    if (place) this.put(place, withOwners(dependent, owners));
  }

  private dropFinalizer(object: Stored, place: Place, finalizer: string): void {
    const finalizers = object.metadata.finalizers?.filter((other) => other !== finalizer);
    if (finalizers?.length === object.metadata.finalizers?.length) return;
    const released = { ...object, metadata: { ...object.metadata, finalizers: finalizers ?? [] } };
    if (!removeIfDone(this.core, { resource: place.resource, by: BY }, released)) this.put(place, released);
  }

  private empty(uid: string): void {
    const place = this.live.get(uid);
    const namespace = this.find(uid);
    if (!place || !namespace) return;
    const contents = this.contents.get(namespace.metadata.name) ?? new Set();
    for (const one of [...contents]) {
      const object = this.find(one);
      if (object && object.metadata.deletionTimestamp === undefined) this.delete(object, this.live.get(one)?.resource);
    }
    if (contents.size === 0) this.core.store.remove(place.resource, place.key, 'namespace-controller');
  }

  private delete(object: Stored, resource: string | undefined): void {
    if (resource !== undefined)
      removeObject(this.core, { resource, by: BY }, object, { propagationPolicy: 'Background' });
  }

  private put({ resource, key }: Place, object: Stored): Stored {
    return this.core.store.put(resource, key, object, BY);
  }

  private find(uid: string): Stored | undefined {
    const place = this.live.get(uid);
    return place && this.core.store.get(place.resource, place.key);
  }

  private later(work: () => void): void {
    const { clock, faults, random } = this.core;
    clock.setTimer(faults.collectorDelayMs?.() ?? 50 + 1_950 * random(), work);
  }
}

function isHeldByUs({ metadata: { deletionTimestamp, finalizers = [] } }: Stored): boolean {
  return deletionTimestamp !== undefined && Object.values(FINALIZER_OF).some((ours) => finalizers.includes(ours));
}

function ownerIn({ metadata }: Stored, uid: string): OwnerReference | undefined {
  return metadata.ownerReferences?.find((owner) => owner.uid === uid);
}

function withOwners(object: Stored, owners: readonly OwnerReference[]): Stored {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata: owners.length > 0 ? { ...metadata, ownerReferences: owners } : metadata };
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}
