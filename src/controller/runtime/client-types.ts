import type { Permit } from './leadership';
import type { KubeList, KubeObject, ResourceType } from './objects';

export interface ReadOptions {
  /** '0' lets the server answer from its cache; @default the newest state */
  resourceVersion?: string;
  signal?: AbortSignal;
}

export interface ListOptions extends ReadOptions {
  /** @default every namespace */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Page size; @default no paging */
  limit?: number;
  /** Where the page before ended. */
  continue?: string;
}

export interface CreateOptions {
  /** The server checks everything, quota and admission included, and keeps nothing; @default false */
  dryRun?: boolean;
  fieldManager?: string;
  signal?: AbortSignal;
}

export interface UpdateOptions {
  subresource?: string;
  fieldManager?: string;
  signal?: AbortSignal;
}

export interface PatchOptions {
  /** 'merge' is the one to use for custom resources; 'apply' is server-side apply and needs fieldManager. */
  type: 'merge' | 'json' | 'apply';
  subresource?: string;
  fieldManager?: string;
  /** Server-side apply only: take fields over from other managers; @default false */
  force?: boolean;
  /** @default false */
  dryRun?: boolean;
  signal?: AbortSignal;
}

export interface DeleteOptions {
  /** Precondition; when the object has another UID the deletion fails with a conflict. */
  uid?: string;
  /** Precondition, likewise. */
  resourceVersion?: string;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  signal?: AbortSignal;
}

export interface WatchOptions {
  /** @default every namespace */
  namespace?: string;
  labelSelector?: string;
  /** Events after this version are sent. */
  resourceVersion: string;
  /** Asks the server to end the watch after this time; @default 300 */
  timeoutSeconds?: number;
  /** Called when the server has accepted the watch. */
  onOpen?: () => void;
  signal: AbortSignal;
}

export type WatchEvent<T extends KubeObject> =
  { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; object: KubeObject };

/**
 * Raw JSON over a keep-alive pool. Every method rejects with KubeError. Requests wait for the token bucket; 429, 5xx and
 * lost connections are retried a bounded number of times, honouring Retry-After, where repeating is safe: create, update
 * and JSON patch only where the server said that it did nothing.
 */
export interface KubeClient {
  /** The object, or undefined when there is none. */
  get<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: ReadOptions,
  ): Promise<T | undefined>;
  list<T extends KubeObject>(resource: ResourceType, options?: ListOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options?: CreateOptions,
  ): Promise<T>;
  /** Replaces the whole object; its metadata.resourceVersion makes it fail with a conflict when it changed since. */
  update<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options?: UpdateOptions,
  ): Promise<T>;
  patch<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: PatchOptions,
  ): Promise<T>;
  /** True when the server accepted the deletion, false when the object was gone already. */
  delete(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
  ): Promise<boolean>;
  /** Ends when the server closes the stream; throws KubeError on an error answer, a broken stream or an ERROR event. */
  watch<T extends KubeObject>(resource: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** The same server and credentials, with own connections, an own budget and no retries of its own, under the same permit. */
  separate(options: { qps: number; burst: number; timeoutMs: number }): KubeClient;
  /**
   * The same connections and budget, under a permit: its signal ends requests, and nothing that changes something leaves
   * this machine while it is not held.
   */
  under(permit: Permit): KubeClient;
  close(): Promise<void>;
}
