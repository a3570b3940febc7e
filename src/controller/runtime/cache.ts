import type { Logger } from './logger';
import { silentLogger } from './logger';
import type { KubeObject } from './objects';
import { compareVersions, keyFor, keyOf } from './objects';
import { Tombstones } from './tombstones';

export interface CacheEvent<T extends KubeObject> {
  type: 'added' | 'updated' | 'deleted';
  /** The new state; for `deleted` the last one known. */
  object: T;
  /** The state before, for `updated`. */
  old?: T;
}

interface CacheOptions<T extends KubeObject> {
  /** Index name to the keys that an object is found by. */
  indexes?: Record<string, (object: T) => readonly string[]>;
  /** Makes what is kept of an object, without changing it. managedFields are gone already. */
  transform?: (object: T) => T;
  logger?: Logger;
}

interface Index<T> {
  keysOf: (object: T) => readonly string[];
  buckets: Map<string, Map<string, T>>;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What controllers read: the newest state known of each object. An older state never replaces a newer one, whether it comes
 * late, twice, or from a list that was read before our own write. Objects in it are shared: never change them.
 */
export class Cache<T extends KubeObject> {
  private readonly items = new Map<string, T>();
  private readonly indexes = new Map<string, Index<T>>();
  private readonly listeners = new Set<(event: CacheEvent<T>) => void>();
  private readonly tombstones = new Tombstones();
  private readonly unsynced = new Set<string>();
  private started = false;
  private readonly logger: Logger;
  private readonly transform: ((object: T) => T) | undefined;

  constructor(options: CacheOptions<T> = {}) {
    this.logger = options.logger ?? silentLogger;
    this.transform = options.transform;
    for (const [name, keysOf] of Object.entries(options.indexes ?? {})) {
      this.indexes.set(name, { keysOf, buckets: new Map() });
    }
  }

  /** True once the first complete list of every watched namespace is in. */
  get synced(): boolean {
    return this.started && this.unsynced.size === 0;
  }

  get size(): number {
    return this.items.size;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.items.get(keyFor(namespace, name));
  }

  getByKey(key: string): T | undefined {
    return this.items.get(key);
  }

  /** The objects that the index files under the key; an unknown index is a programming error and throws. */
  byIndex(index: string, key: string): readonly T[] {
    const found = this.indexes.get(index);
    if (!found) throw new Error(`The cache has no index "${index}". It has: ${[...this.indexes.keys()].join(', ')}.`);
    return [...(found.buckets.get(key)?.values() ?? [])];
  }

  list(): T[] {
    return [...this.items.values()];
  }

  /** Calls the listener after each change; its exceptions are logged and reach nobody else. Returns an unsubscriber. */
  onChange(listener: (event: CacheEvent<T>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes over the answer to our own write at once; older copies that arrive later are refused. */
  noteWritten(object: T): void {
    this.apply(this.trim(withOwnMetadata(object)));
  }

  /** Takes over that the object is gone for good: its deletion was answered with 404, or removed it at once. */
  noteDeleted(object: T): void {
    this.tombstones.bury(object.metadata.uid, 'for good');
    this.drop(object);
  }

  // What follows is for reflectors.

  /** Names the scopes (namespaces, or '' for all) whose first list is awaited. */
  expect(scopes: readonly string[]): void {
    this.started = true;
    for (const scope of scopes) this.unsynced.add(scope);
  }

  /**
   * What is kept of the object: without what nobody here reads, and the very one that is there already where that is of the
   * same version. The cache owns it from now on.
   */
  trim(object: T): T {
    const { uid, resourceVersion } = object.metadata;
    const present = this.items.get(keyOf(object));
    if (uid !== undefined && present?.metadata.uid === uid && present.metadata.resourceVersion === resourceVersion) {
      return present;
    }
    const metadata: { managedFields?: unknown; annotations?: Record<string, string> } = object.metadata;
    delete metadata.managedFields;
    delete metadata.annotations?.[LAST_APPLIED];
    if (!this.transform) return object;
    try {
      return this.transform(object);
    } catch (error) {
      this.logger.error({ err: error, key: keyOf(object) }, 'transform failed; the object is kept whole');
      return object;
    }
  }

  /** A trimmed object as an event or an answer brought it. False when something newer was known. */
  apply(object: T): boolean {
    const events = this.put(object, false);
    this.emit(events);
    return events.length > 0;
  }

  /** The object left: it was deleted or no longer matches the selector. */
  remove(object: T): void {
    this.tombstones.bury(object.metadata.uid, object.metadata.resourceVersion);
    this.drop(object);
  }

  /**
   * Takes over a complete list of trimmed objects, read at `version`. What we know from after that version stays, unless
   * `forced`: then the list is the truth even if it looks older. Returns the objects that it changed.
   */
  replace(scope: string, items: readonly T[], version: string, forced = false): T[] {
    if (forced) this.tombstones.clear();
    const seen = new Set<string>();
    const events: CacheEvent<T>[] = [];
    for (const item of items) {
      seen.add(keyOf(item));
      events.push(...this.put(item, forced));
    }
    for (const [key, item] of this.items) {
      if (seen.has(key) || (scope !== '' && item.metadata.namespace !== scope)) continue;
      if (!forced && (compareVersions(item.metadata.resourceVersion, version) ?? 0) > 0) continue;
      this.unset(key, item);
      events.push({ type: 'deleted', object: item });
    }
    this.unsynced.delete(scope);
    this.emit(events);
    return events.map((event) => event.object);
  }

  private put(object: T, forced: boolean): CacheEvent<T>[] {
    const { uid, resourceVersion } = object.metadata;
    const key = keyOf(object);
    const old = this.items.get(key);
    if (this.tombstones.refuse(uid, resourceVersion)) return [];
    const order = old ? compareVersions(resourceVersion, old.metadata.resourceVersion) : undefined;
    if (order === 0 || (!forced && order !== undefined && order < 0)) return [];
    this.set(key, object, old);
    if (!old) return [{ type: 'added', object }];
    if (old.metadata.uid === uid) return [{ type: 'updated', object, old }];
    // Another object of the same name: the one before was deleted, although nobody told us.
    return [
      { type: 'deleted', object: old },
      { type: 'added', object },
    ];
  }

  private drop(object: T): void {
    const key = keyOf(object);
    const old = this.items.get(key);
    if (!old || old.metadata.uid !== object.metadata.uid) return;
    this.unset(key, old);
    this.emit([{ type: 'deleted', object: old }]);
  }

  private set(key: string, object: T, old: T | undefined): void {
    if (old) this.unset(key, old);
    this.items.set(key, object);
    for (const { keysOf, buckets } of this.indexes.values()) {
      for (const indexKey of keysOf(object)) {
        const bucket = buckets.get(indexKey) ?? new Map<string, T>();
        bucket.set(key, object);
        buckets.set(indexKey, bucket);
      }
    }
  }

  private unset(key: string, object: T): void {
    this.items.delete(key);
    for (const { keysOf, buckets } of this.indexes.values()) {
      for (const indexKey of keysOf(object)) {
        const bucket = buckets.get(indexKey);
        bucket?.delete(key);
        if (bucket?.size === 0) buckets.delete(indexKey);
      }
    }
  }

  private emit(events: readonly CacheEvent<T>[]): void {
    for (const event of events) {
      for (const listener of this.listeners) {
        try {
          listener(event);
        } catch (error) {
          this.logger.error({ err: error, key: keyOf(event.object), event: event.type }, 'a cache listener failed');
        }
      }
    }
  }
}

/** A copy as deep as `trim` changes it; the rest may be shared, because nobody changes what a cache holds. */
function withOwnMetadata<T extends KubeObject>(object: T): T {
  const { annotations } = object.metadata;
  return { ...object, metadata: { ...object.metadata, ...(annotations && { annotations: { ...annotations } }) } };
}
