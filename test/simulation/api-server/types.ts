import type { OwnerReference } from '../../../src/api/meta';
import type { Clock } from '../../../src/time';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** An object as it is stored. Nobody changes one: a change is another object that shares what stayed the same. */
export interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: StoredMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface StoredMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Update';
  readonly subresource?: string;
}

/** One step of the only sequence of versions. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `workers.<group>`: see `resourceKey`. */
  readonly resource: string;
  /** As it is now; as it was last, with the version of its deletion, when it was deleted. */
  readonly object: Stored;
  readonly before: Stored | undefined;
  /** Whose request it was. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A request as the server takes it. */
export interface ApiRequest {
  /** Who asks: the name of the client. */
  readonly by: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
}

/** What the faults are told of a request. */
export interface SeenRequest {
  readonly by: string;
  readonly verb: Verb;
  /** `pods`, `workers.<group>`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly dryRun: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterSeconds?: number;
}

/** Instead of what was asked for; `refusals.ts` makes the usual ones. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
}

/** What becomes of one request. An empty one is answered as it should be. */
export interface RequestFate {
  /** From the client to the server. @default between 1 and 5 ms */
  readonly toServerMs?: number;
  /** From the server to the client. @default between 1 and 5 ms */
  readonly toClientMs?: number;
  /** The connection is reset, or stays silent until the client gives up, before or after the request was carried out. */
  readonly lost?: 'reset-before' | 'reset-after' | 'silent-before' | 'silent-after';
  /** The connection is refused: the client knows that nothing was sent. */
  readonly unreachable?: boolean;
  /** Answered instead of being carried out. */
  readonly refusal?: Refusal;
  /** Reads with resourceVersion=0 are answered from so many versions ago. @default 0 */
  readonly staleBy?: number;
}

/** What becomes of one watch. */
export interface WatchFate extends Pick<RequestFate, 'toServerMs' | 'unreachable' | 'refusal'> {
  /** How it ends before its time, so many ms after it was opened. `silent` stays open and brings nothing any more. */
  readonly end?: { readonly afterMs: number; readonly how: WatchEnd };
  /** Asked for each event. @default 1 to 5 ms */
  readonly event?: (type: Change['type'] | 'BOOKMARK') => EventFate;
}

export type WatchEnd = 'clean' | 'reset' | 'half-line' | 'gone' | 'error' | 'silent';

export interface EventFate {
  /** On its way; what comes after it waits behind it. */
  readonly delayMs?: number;
  /** 0 loses it, 2 sends it twice. The real server does neither. @default 1 */
  readonly copies?: number;
  /** What comes after it does not wait behind it. The real server never does that. @default false */
  readonly overtaken?: boolean;
}

/** Decides what goes wrong. Each is asked once for each occasion, in an order that only the clock and the requests decide. */
export interface ApiServerFaults {
  request?(request: SeenRequest): RequestFate | undefined;
  watch?(request: SeenRequest): WatchFate | undefined;
  /** Admission and quota: asked for each create, update, patch and delete that would otherwise be done. */
  admit?(request: SeenRequest, object: Stored): Refusal | undefined;
  /** How long the garbage collector and the namespace controller take to notice. @default 50 to 2,000 ms */
  collectorDelayMs?(): number;
}

export interface SimulatedApiServerOptions {
  readonly clock: Clock;
  /** From 0 up to but without 1. */
  readonly random: () => number;
  readonly faults?: ApiServerFaults;
}

export interface ClientOptions {
  /** Who it is, in the history and to the faults. */
  readonly name: string;
  /** Aborted when its process dies: nothing reaches it any more, and what it had sent may still be carried out. */
  readonly signal?: AbortSignal;
  /** Of its process, which may stand still while the server goes on. @default the server's */
  readonly clock?: Clock;
}
