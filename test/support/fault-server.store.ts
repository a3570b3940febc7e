import { randomUUID } from 'node:crypto';

/** A request as the server saw it. */
export interface SeenRequest {
  verb: 'list' | 'watch' | 'get' | 'create' | 'update' | 'patch' | 'delete';
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
}

export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: unknown[];
  };
  status?: Record<string, unknown>;
}

export interface HistoryEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: StoredObject;
}

interface Answer {
  status: number;
  body: unknown;
}

/** What etcd is to the API server: objects, a version that only grows, and the history since the last compaction. */
export class FaultStore {
  private readonly objects = new Map<string, StoredObject>();
  private history: HistoryEvent[] = [];
  private revision = 100;
  /** A watch from before this version is refused with 410. */
  oldestVersion = 0;

  get version(): string {
    return String(this.revision);
  }

  /** Names and versions of what is stored: the truth that a cache must come to. */
  get truth(): Record<string, string> {
    return Object.fromEntries(
      [...this.objects.values()].map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
    );
  }

  put(name: string, fields: Partial<StoredObject> = {}): HistoryEvent {
    const before = this.objects.get(name);
    const object: StoredObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      ...before,
      ...fields,
      metadata: {
        namespace: 'default',
        uid: before?.metadata.uid ?? randomUUID(),
        ...fields.metadata,
        name,
        resourceVersion: String(++this.revision),
      },
    };
    this.objects.set(name, object);
    return this.record({ type: before ? 'MODIFIED' : 'ADDED', object });
  }

  remove(name: string): HistoryEvent | undefined {
    const object = this.objects.get(name);
    if (!object) return undefined;
    this.objects.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(++this.revision) };
    return this.record({ type: 'DELETED', object: { ...object, metadata } });
  }

  /** Forgets the history, as etcd does every five minutes. */
  compact(): void {
    this.history = [];
    this.oldestVersion = this.revision;
  }

  /** The cluster is restored from a backup: everything after the version never happened. */
  restore(version: number): void {
    const at = this.at(version);
    this.objects.clear();
    for (const object of at) this.objects.set(object.metadata.name, object);
    this.history = this.history.filter((event) => Number(event.object.metadata.resourceVersion) <= version);
    this.revision = version;
  }

  since(version: number): HistoryEvent[] {
    return this.history.filter((event) => Number(event.object.metadata.resourceVersion) > version);
  }

  serve(request: SeenRequest, body: string, staleVersion: number | undefined): Answer {
    if (request.verb === 'list') return this.page(request.query, staleVersion);
    if (request.verb === 'create') return this.create(JSON.parse(body) as StoredObject);
    const name = request.path.split('/').at(-1) ?? '';
    const object = this.objects.get(name);
    if (!object) return { status: 404, body: status(404, 'NotFound', `pods "${name}" not found`) };
    if (request.verb === 'delete') this.remove(name);
    if (request.verb === 'patch') return { status: 200, body: this.put(name, JSON.parse(body) as StoredObject).object };
    return { status: 200, body: object };
  }

  private create(object: StoredObject): Answer {
    const { name } = object.metadata;
    if (this.objects.has(name))
      return { status: 409, body: status(409, 'AlreadyExists', `pods "${name}" already exists`) };
    return { status: 201, body: this.put(name, object).object };
  }

  private page(query: URLSearchParams, staleVersion: number | undefined): Answer {
    const token = query.get('continue');
    const version = staleVersion ?? (token ? Number(token.split(':')[0]) : this.revision);
    if (token && version < this.oldestVersion) {
      return { status: 410, body: status(410, 'Expired', 'The provided continue parameter is too old') };
    }
    const start = token ? Number(token.split(':')[1]) : 0;
    const limit = Number(query.get('limit') ?? Infinity);
    const all = this.at(version);
    const next = start + limit < all.length ? { continue: `${version}:${start + limit}` } : {};
    return {
      status: 200,
      body: { metadata: { resourceVersion: String(version), ...next }, items: all.slice(start, start + limit) },
    };
  }

  /** The objects as they were at a version; what is older than the history counts as unchanged. */
  private at(version: number): StoredObject[] {
    const objects = new Map(this.objects);
    for (const { type, object } of [...this.history].reverse()) {
      const { name, resourceVersion } = object.metadata;
      if (Number(resourceVersion) <= version) continue;
      const before = this.history.findLast(
        (event) =>
          event.object.metadata.name === name &&
          Number(event.object.metadata.resourceVersion) < Number(resourceVersion),
      );
      if (type === 'ADDED' || !before) objects.delete(name);
      else objects.set(name, before.object);
    }
    return [...objects.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  private record(event: HistoryEvent): HistoryEvent {
    this.history.push(event);
    return event;
  }
}

function status(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}
