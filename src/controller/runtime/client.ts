import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { systemClock } from '../../time';
import type {
  CreateOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  PatchOptions,
  ReadOptions,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
} from './client-types';
import type { CredentialOptions, LoadCredentials } from './credentials';
import { credentialSource } from './credentials';
import { isNotFound, KubeError, REASON } from './errors';
import { readWatch } from './watch-stream';
import type { Permit } from './leadership';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import type { KubeList, KubeObject, ResourceType } from './objects';
import { apiVersionOf, resourcePath } from './objects';
import { RequestSender } from './request-sender';
import { TokenBucket } from './token-bucket';
import type { HttpRequest, KubeTransport, TransportOptions } from './transport';
import { Transport } from './transport';

export interface KubeClientOptions extends CredentialOptions {
  /** Path of a kubeconfig; @default $KUBECONFIG, ~/.kube/config, then the Pod's service account */
  kubeconfig?: string;
  /** @default the current context */
  context?: string;
  /** Requests a second on average, watches not counted; @default 500 */
  qps?: number;
  /** Requests at once after a quiet time; @default 2,000 */
  burst?: number;
  /** Connections for requests; watches have their own; @default 32 */
  connections?: number;
  /** The longest silence of the server within a request, in ms; @default 30,000 */
  timeoutMs?: number;
  /** Repetitions of a request after the first try; @default 4 */
  retries?: number;
  /** @default 'worker-pools-controller' */
  userAgent?: string;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
  /** Makes what carries the requests; @default HTTP/1.1 over TLS */
  transport?: (options: TransportOptions) => KubeTransport;
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Reads the credentials' whereabouts; connects with the first request. */
export async function createKubeClient(options: KubeClientOptions = {}): Promise<KubeClient> {
  return new JsonKubeClient(await credentialSource(options), options);
}

/** What clients of one server share. */
interface Connections {
  readonly requests: KubeTransport;
  readonly watches: KubeTransport;
  readonly sender: RequestSender;
}

export class JsonKubeClient implements KubeClient {
  private readonly connections: Connections;

  constructor(
    private readonly load: LoadCredentials,
    private readonly options: Omit<KubeClientOptions, keyof CredentialOptions>,
    connections?: Connections,
    private readonly permit?: Permit,
  ) {
    this.connections = connections ?? connectionsFor(load, options);
  }

  async get<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options: ReadOptions = {},
  ): Promise<T | undefined> {
    const path = resourcePath(resource, namespace, name) + query({ resourceVersion: options.resourceVersion });
    try {
      return await this.json<T>({ method: 'GET', path, ...signalOf(options) }, true);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(resource: ResourceType, options: ListOptions = {}): Promise<KubeList<T>> {
    const { namespace, signal: _signal, ...parameters } = options;
    const path = resourcePath(resource, namespace) + query(parameters);
    const request: HttpRequest = { method: 'GET', path, ...signalOf(options) };
    const answer = await this.json<RawList<T>>(request, true);
    if (!Array.isArray(answer.items)) throw malformed(request, 'it has no items');
    const { resourceVersion, continue: next } = answer.metadata ?? {};
    return { resourceVersion: resourceVersion ?? '', items: answer.items, ...(next ? { continue: next } : {}) };
  }

  create<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options: CreateOptions = {},
  ): Promise<T> {
    const parameters = { dryRun: options.dryRun ? 'All' : undefined, fieldManager: options.fieldManager };
    return this.json<T>(
      {
        method: 'POST',
        path: resourcePath(resource, namespace) + query(parameters),
        body: JSON.stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...body }),
        ...signalOf(options),
      },
      false,
    );
  }

  update<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options: UpdateOptions = {},
  ): Promise<T> {
    const path = resourcePath(resource, namespace, body.metadata.name, options.subresource);
    return this.json<T>(
      {
        method: 'PUT',
        path: path + query({ fieldManager: options.fieldManager }),
        body: JSON.stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...body }),
        ...signalOf(options),
      },
      false,
    );
  }

  patch<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: PatchOptions,
  ): Promise<T> {
    const parameters = {
      fieldManager: options.fieldManager,
      force: options.force ? 'true' : undefined,
      dryRun: options.dryRun ? 'All' : undefined,
    };
    return this.json<T>(
      {
        method: 'PATCH',
        path: resourcePath(resource, namespace, name, options.subresource) + query(parameters),
        body: JSON.stringify(body),
        contentType: PATCH_TYPES[options.type],
        ...signalOf(options),
      },
      options.type !== 'json',
    );
  }

  async delete(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): Promise<boolean> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = options;
    const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds, propagationPolicy, preconditions };
    const path = resourcePath(resource, namespace, name);
    try {
      await this.send({ method: 'DELETE', path, body: JSON.stringify(body), ...signalOf(options) }, true);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  watch<T extends KubeObject>(resource: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { namespace, signal, timeoutSeconds = 300, onOpen, ...parameters } = options;
    const path =
      resourcePath(resource, namespace) +
      query({ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(timeoutSeconds), ...parameters });
    return readWatch<T>(this.connections.watches, this.permitted({ method: 'GET', path, signal }), onOpen);
  }

  separate(options: { qps: number; burst: number; timeoutMs: number }): KubeClient {
    const own = { ...this.options, ...options, connections: 2, retries: 0 };
    return new JsonKubeClient(this.load, own, undefined, this.permit);
  }

  under(permit: Permit): KubeClient {
    return new JsonKubeClient(this.load, this.options, this.connections, permit);
  }

  async close(): Promise<void> {
    const { requests, watches } = this.connections;
    await Promise.all([requests.close(), watches.close()]);
  }

  private send(request: HttpRequest, repeatable: boolean): Promise<string> {
    return this.connections.sender.send(this.permitted(request), repeatable);
  }

  private permitted(request: HttpRequest): HttpRequest {
    const { permit } = this;
    if (!permit) return request;
    return {
      ...request,
      signal: request.signal ? AbortSignal.any([request.signal, permit.signal]) : permit.signal,
      ...(request.method === 'GET' ? {} : { mayBeSent: () => permit.held }),
    };
  }

  private async json<T>(request: HttpRequest, repeatable: boolean): Promise<T> {
    const text = await this.send(request, repeatable);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw malformed(request, 'it is not JSON', error);
    }
  }
}

function connectionsFor(load: LoadCredentials, options: Omit<KubeClientOptions, keyof CredentialOptions>): Connections {
  const { timeoutMs = 30_000, userAgent = 'worker-pools-controller', clock = systemClock } = options;
  const { transport = (of: TransportOptions) => new Transport(of) } = options;
  const common = { load, clock, userAgent, headersTimeoutMs: timeoutMs };
  const requests = transport({ ...common, connections: options.connections ?? 32, bodyTimeoutMs: timeoutMs });
  return {
    requests,
    // A quiet watch is no fault here: the reflector's watchdog judges it by bookmarks.
    watches: transport({ ...common, bodyTimeoutMs: 0 }),
    sender: new RequestSender({
      transport: requests,
      bucket: new TokenBucket(options.qps ?? 500, options.burst ?? 2_000, clock),
      retries: options.retries ?? 4,
      clock,
      random: options.random ?? Math.random,
      logger: options.logger ?? silentLogger,
      ...(options.metrics ? { metrics: options.metrics } : {}),
    }),
  };
}

interface RawList<T> {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: T[];
}

function malformed(request: HttpRequest, what: string, cause?: unknown): KubeError {
  const message = `${request.method} ${request.path}: the answer cannot be understood: ${what}.`;
  return new KubeError({ status: 0, reason: REASON.malformed, message, cause });
}

function signalOf(options: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal ? { signal: options.signal } : {};
}

function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
