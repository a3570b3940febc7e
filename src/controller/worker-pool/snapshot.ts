import type { Condition } from '../../api';
import type { SessionStatus } from '../../protocol/session';
import type { WorkerFact } from './decide-scaling';

/** A reason for a condition or an event, and a sentence without secrets. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** Whether the API server would take a run Pod of this pool. */
export type TemplateVerdict =
  | { readonly state: 'accepted' }
  | { readonly state: 'refused'; readonly problem: Problem }
  /** The API server could not say; the run Pods themselves would fare no better. */
  | { readonly state: 'unanswered'; readonly problem: Problem }
  /** What was asked says nothing of the run Pods themselves. */
  | { readonly state: 'unaskable'; readonly problem: Problem };

/** What is known of a pool's credentials. */
export type CredentialsFact =
  /** There is no token yet. */
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly problem: Problem }
  | {
      readonly state: 'valid';
      /** The control plane's ULID of the pool. */
      readonly ulid: string;
      /** Changes whenever the session must be opened anew: credentials, transport, address. */
      readonly sessionKey: string;
      /** Why they could not be read again; those read before stay in use. */
      readonly trouble?: Problem;
    };

export interface SessionFact {
  readonly key: string;
  /** The control plane's ULID of the pool that the session is for. */
  readonly ulid: string;
  readonly endpoint: string;
  readonly status: SessionStatus;
  /** How often in a row the connection was lost or not made, since it last stood. */
  readonly failures: number;
  /** True once the session's truth was exchanged after the last time it connected. */
  readonly synced: boolean;
  readonly nextSyncAt: number;
}

/** What was found about one template. */
export interface TemplateCheck {
  /** Key of the template that was looked at. */
  readonly key: string;
  readonly verdict: TemplateVerdict;
  /** How often in a row it was not accepted. */
  readonly failures: number;
  /** When to ask again; absent once accepted. */
  readonly retryAt?: number;
}

export interface TemplateFact {
  /** Changes whenever a run Pod made of the pool would be another. */
  readonly key: string;
  /** The images are those that the pool's runs get. */
  readonly imagesKnown: boolean;
  /** A question is under way. */
  readonly asking: boolean;
  readonly check?: TemplateCheck;
}

/** The API server took no new Workers. */
export interface CreationRefusal {
  readonly problem: Problem;
  readonly retryAt: number;
}

/** What keeps a pool from being registered, kept equal or deleted by itself. */
export interface RegistrationFailure {
  readonly problem: Problem;
  /** The control plane answered, and says no. */
  readonly isVerdict: boolean;
  /** When the first of these attempts failed. */
  readonly since: number;
  readonly failures: number;
  readonly retryAt: number;
}

/** Of a pool that registers itself. */
export interface RegistrationFact {
  /** Hash of what the control plane is to say of the pool. */
  readonly settings: string;
  /** The one that it was last seen to have. */
  readonly settled?: string;
  readonly lookedAt: number;
  readonly lookAt: number;
  readonly asking: boolean;
  readonly failure?: RegistrationFailure;
  readonly removed: boolean;
}

/** Everything that a pass over one WorkerPool looks at. */
export interface PoolSnapshot {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly generation: number;
  readonly deleting: boolean;
  readonly hasFinalizer: boolean;
  /** The label LABEL.poolUlid as it is. */
  readonly ulidLabel?: string;
  readonly specSize?: number;
  /** A lost connection is told of when so many attempts to make it again have failed. */
  readonly reconnectAttempts: number;
  readonly status: {
    readonly actualPoolSize?: number;
    readonly desiredPoolSize?: number;
    readonly selector?: string;
    readonly autoRegistered?: boolean;
    readonly conditions: readonly Condition[];
  };
  readonly credentials: CredentialsFact;
  /** When token and private key are to be read. */
  readonly credentialsDueAt: number;
  /** Absent for a pool with a token of its own. */
  readonly registration?: RegistrationFact;
  readonly session?: SessionFact;
  /** Since when there has been no connection; undefined while it stands. */
  readonly disconnectedSince?: number;
  readonly template: TemplateFact;
  readonly creationRefusal?: CreationRefusal;
  /** Why the last pass could not do all that it wanted. */
  readonly problem?: Problem;
  readonly workers: readonly WorkerFact[];
}

/** One thing to do for a pool; `apply` carries it out. */
export type Action =
  | { readonly type: 'readCredentials' }
  /** Adds the finalizer, and the label with the pool's ULID, before anything outside is changed. */
  | { readonly type: 'setMetadata'; readonly ulid: string | undefined }
  /** Has the control plane make the pool, or finds it there. */
  | { readonly type: 'registerPool' }
  /** Has the control plane say of the pool what the WorkerPool says. */
  | { readonly type: 'settlePool' }
  /** Deletes the pool in the control plane. */
  | { readonly type: 'deletePool' }
  /** Where the spec has none. */
  | { readonly type: 'setPoolSize'; readonly size: number }
  /** Tells the pool of another token that its idle Workers are gone. */
  | { readonly type: 'leavePool' }
  | { readonly type: 'openSession' }
  | { readonly type: 'sync' }
  | { readonly type: 'checkTemplate' }
  | { readonly type: 'createWorkers'; readonly count: number; readonly ulid: string }
  | { readonly type: 'registerWorkers'; readonly workers: readonly WorkerFact[] }
  | { readonly type: 'retireWorkers'; readonly workers: readonly WorkerFact[] }
  /** Deletes the objects; each goes when its own pass has found that it may. */
  | { readonly type: 'deleteWorkers'; readonly workers: readonly WorkerFact[] }
  | { readonly type: 'closeSession' }
  | { readonly type: 'removeFinalizer' };

export type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;

/** A condition as decided: `lastTransitionTime` and `observedGeneration` are added when it is written. */
export interface DecidedCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface DecidedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Decision {
  /** In order; when one fails, the rest waits for the next pass. */
  readonly actions: readonly Action[];
  readonly status: {
    readonly actualPoolSize?: number;
    readonly desiredPoolSize: number;
    readonly selector?: string;
    readonly autoRegistered: boolean;
    readonly conditions: readonly DecidedCondition[];
  };
  readonly events: readonly DecidedEvent[];
  /** When to look again although nothing changed. */
  readonly requeueAfterMs?: number;
}
