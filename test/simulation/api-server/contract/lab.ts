/** A server that the cases ask: the simulated one, or a real one. */
export interface ContractServer {
  /** A namespace of the case's own. */
  readonly namespace: string;
  request(method: Method, path: string, body?: object): Promise<SeenAnswer>;
  /** Resolves when the server has accepted it. */
  watch(path: string): Promise<SeenWatch>;
  /** Waits until the condition holds, for as long as it takes a controller to notice. */
  until(what: string, condition: () => Promise<boolean>): Promise<void>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface SeenAnswer {
  readonly status: number;
  readonly body: SeenObject;
}

/** Whatever the API sends, as far as a case looks at it. */
export interface SeenObject {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string }[] };
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly continue?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly managedFields?: readonly { readonly manager: string }[];
    readonly ownerReferences?: readonly { readonly name: string }[];
  };
  readonly items?: readonly SeenObject[];
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

export interface SeenEvent {
  readonly type: string;
  readonly object: SeenObject;
}

export interface SeenWatch {
  /** The events so far, once there are so many that are no bookmarks. */
  events(count: number): Promise<readonly SeenEvent[]>;
  /** All events, once the server has ended it. */
  untilEnd(): Promise<readonly SeenEvent[]>;
  close(): void;
}

/** The requests of a case, in short. */
export class Lab {
  constructor(private readonly server: ContractServer) {}

  get namespace(): string {
    return this.server.namespace;
  }

  path(collection: Collection, name?: string, subresource?: string): string {
    const [root, plural] = COLLECTIONS[collection];
    return [root, 'namespaces', this.namespace, plural, name, subresource]
      .filter((part) => part !== undefined)
      .join('/');
  }

  ask(method: Method, path: string, body?: object): Promise<SeenAnswer> {
    return this.server.request(method, path, body);
  }

  create(collection: Collection, name: string, rest: object = {}, query = ''): Promise<SeenAnswer> {
    return this.ask('POST', this.path(collection) + query, objectOf(collection, name, rest));
  }

  get(collection: Collection, name: string): Promise<SeenAnswer> {
    return this.ask('GET', this.path(collection, name));
  }

  /** A merge patch. */
  patch(collection: Collection, name: string, body: object, subresource?: string): Promise<SeenAnswer> {
    return this.ask('PATCH', this.path(collection, name, subresource), body);
  }

  put(collection: Collection, body: SeenObject, subresource?: string): Promise<SeenAnswer> {
    return this.ask('PUT', this.path(collection, body.metadata.name, subresource), body);
  }

  remove(collection: Collection, name: string, options: object = {}): Promise<SeenAnswer> {
    return this.ask('DELETE', this.path(collection, name), options);
  }

  list(collection: Collection, query = ''): Promise<SeenAnswer> {
    return this.ask('GET', this.path(collection) + query);
  }

  bind(pod: string): Promise<SeenAnswer> {
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: pod },
      target: { kind: 'Node', name: 'node-1' },
    };
    return this.ask('POST', this.path('pods', pod, 'binding'), body);
  }

  evict(pod: string): Promise<SeenAnswer> {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: this.namespace } };
    return this.ask('POST', this.path('pods', pod, 'eviction'), body);
  }

  /** Begins after what has happened so far. */
  async watch(collection: Collection, query = '', from?: string): Promise<SeenWatch> {
    const version = from ?? (await this.list(collection)).body.metadata.resourceVersion;
    return this.server.watch(`${this.path(collection)}?watch=true&resourceVersion=${version}${query}`);
  }

  untilGone(collection: Collection, name: string): Promise<void> {
    return this.server.until(`${name} is gone`, async () => (await this.get(collection, name)).status === 404);
  }

  until(what: string, condition: () => Promise<boolean>): Promise<void> {
    return this.server.until(what, condition);
  }
}

const COLLECTIONS = {
  configMaps: ['/api/v1', 'configmaps', 'ConfigMap'],
  secrets: ['/api/v1', 'secrets', 'Secret'],
  pods: ['/api/v1', 'pods', 'Pod'],
  events: ['/api/v1', 'events', 'Event'],
  leases: ['/apis/coordination.k8s.io/v1', 'leases', 'Lease'],
  budgets: ['/apis/policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'],
  workers: ['/apis/workers.spacelift.io/v1beta1', 'workers', 'Worker'],
  pools: ['/apis/workers.spacelift.io/v1beta1', 'workerpools', 'WorkerPool'],
} as const;

export type Collection = keyof typeof COLLECTIONS;

function objectOf(collection: Collection, name: string, { metadata, ...rest }: { metadata?: object }): object {
  const [root, , kind] = COLLECTIONS[collection];
  return {
    apiVersion: root.replace(/^\/apis?\//, ''),
    kind,
    ...(collection === 'pods' && { spec: { containers: [{ name: 'main', image: 'example.com/image' }] } }),
    ...rest,
    metadata: { ...(name !== '' && { name }), ...metadata },
  };
}

/** `201`, `409 AlreadyExists`. */
export function said({ status, body }: SeenAnswer): string {
  return status < 400 ? String(status) : `${status} ${body.reason}`;
}

/** `ADDED a`. */
export function shown({ type, object }: SeenEvent): string {
  return `${type} ${object.metadata?.name ?? object.reason}`;
}
