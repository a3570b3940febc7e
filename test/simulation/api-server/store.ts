import type { Clock } from '../../../src/time';
import type { Change, Stored } from './types';

/** Where Kubernetes' own first objects would have brought it. */
const FIRST_VERSION = 1_000;

const NOTHING: ReadonlyMap<string, Stored> = new Map();

/** What etcd is to the API server: objects, one version that only grows, and what happened. */
export class Store {
  /** Everything since the beginning: compaction keeps it from clients, not from those who look back at a run. */
  readonly history: Change[] = [];
  private readonly collections = new Map<string, Map<string, Stored>>();
  private readonly listeners = new Set<(change: Change) => void>();
  private revision = FIRST_VERSION;
  /** A watch from before this version is refused. */
  private compactedTo = FIRST_VERSION;

  constructor(private readonly clock: Clock) {}

  get version(): number {
    return this.revision;
  }

  get oldestVersion(): number {
    return this.compactedTo;
  }

  compact(): void {
    this.compactedTo = this.revision;
  }

  get(resource: string, key: string): Stored | undefined {
    return this.collections.get(resource)?.get(key);
  }

  all(resource: string): ReadonlyMap<string, Stored> {
    return this.collections.get(resource) ?? NOTHING;
  }

  /** Told of each change as it happens. */
  onChange(listener: (change: Change) => void): void {
    this.listeners.add(listener);
  }

  put(resource: string, key: string, object: Stored, by: string): Stored {
    let collection = this.collections.get(resource);
    if (!collection) this.collections.set(resource, (collection = new Map<string, Stored>()));
    const before = collection.get(key);
    const stored = this.atNextVersion(object);
    collection.set(key, stored);
    this.record({ type: before ? 'MODIFIED' : 'ADDED', resource, object: stored, before, by });
    return stored;
  }

  remove(resource: string, key: string, by: string, last?: Stored): Stored | undefined {
    const collection = this.collections.get(resource);
    const before = collection?.get(key);
    if (!before) return undefined;
    collection?.delete(key);
    const object = this.atNextVersion(last ?? before);
    this.record({ type: 'DELETED', resource, object, before, by });
    return object;
  }

  /** The changes after a version, oldest first. */
  since(version: number): readonly Change[] {
    return this.history.slice(Math.max(0, version - FIRST_VERSION));
  }

  /** The object as it was so many versions ago, or as it was when the history begins. */
  objectAt(resource: string, key: string, version: number): Stored | undefined {
    const next = this.since(version).find(
      (change) => change.resource === resource && keyOfStored(change.object) === key,
    );
    return next ? next.before : this.get(resource, key);
  }

  /** The collection as it was at a version. */
  collectionAt(resource: string, version: number): ReadonlyMap<string, Stored> {
    if (version >= this.revision) return this.all(resource);
    const objects = new Map(this.all(resource));
    for (const change of this.since(version).toReversed()) {
      if (change.resource !== resource) continue;
      const key = keyOfStored(change.object);
      if (change.before) objects.set(key, change.before);
      else objects.delete(key);
    }
    return objects;
  }

  private atNextVersion(object: Stored): Stored {
    this.revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
  }

  private record(change: Omit<Change, 'version' | 'at'>): void {
    const recorded: Change = { version: this.revision, at: this.clock.now(), ...change };
    this.history.push(recorded);
    for (const listener of this.listeners) listener(recorded);
  }
}

export function keyOfStored({ metadata: { namespace, name } }: Stored): string {
  return storeKey(namespace, name);
}

export function storeKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
