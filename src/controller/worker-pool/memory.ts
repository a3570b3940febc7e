import type { WorkerPool } from '../../api';
import type { RunImages } from '../run';
import { keyOf, type Cache } from '../runtime';
import type { CredentialsResult } from './credentials';
import type { PoolSession } from './session';
import type { CreationRefusal, Problem, RegistrationFailure, TemplateCheck } from './snapshot';

/** What is remembered of one WorkerPool between passes; all of it can be found again after a restart. */
export interface PoolMemory {
  readonly uid: string;
  /** As the cache shows it now; the last that is known of one that is gone. */
  readonly pool: WorkerPool;
  credentials?: CredentialsMemory;
  session?: PoolSession | undefined;
  /** Since when there has been no session. */
  sessionlessSince: number;
  /** The images of the pool's runs, as the control plane names them; kept from one session to the next. */
  images?: RunImages;
  template?: TemplateCheck;
  /** A dry run is under way. */
  asksTemplate: boolean;
  creationRefusal?: (CreationRefusal & { readonly failures: number }) | undefined;
  /** Why the last pass could not do all that it wanted. */
  problem?: Problem | undefined;
  /** Of a pool that registers itself. */
  readonly registration: RegistrationMemory;
  /** UIDs of Workers whose deletion was accepted, until the cache shows it. */
  readonly deleted: Set<string>;
}

/** How far a pool that registers itself has come. */
export interface RegistrationMemory {
  /** Hash of the settings that the control plane was last seen to have. */
  settled?: string;
  lookedAt: number;
  /** When the settings are looked at again although nothing changed here. */
  lookAt: number;
  /** Something is under way. */
  asking: boolean;
  /** Why the last attempt failed. */
  failure?: RegistrationFailure | undefined;
  /** The pool of a WorkerPool that is being deleted is gone. */
  removed: boolean;
}

export interface CredentialsMemory {
  /** `spec.token` and `spec.privateKey` that were followed. */
  readonly reference: string;
  readonly result: CredentialsResult;
  /** Why the last reading failed, although the result of an earlier one is still in use. */
  readonly trouble?: Problem;
  readonly nextReadAt: number;
  /** How often they could not be used, one after the other. */
  readonly failures: number;
}

export function newMemory(found: WorkerPool, pools: Cache<WorkerPool>, now: number): PoolMemory {
  let known = found;
  return {
    uid: found.metadata.uid,
    get pool() {
      const cached = pools.getByKey(keyOf(found));
      if (cached?.metadata.uid === found.metadata.uid) known = cached;
      return known;
    },
    sessionlessSince: now,
    asksTemplate: false,
    registration: { lookedAt: 0, lookAt: 0, asking: false, removed: false },
    deleted: new Set(),
  };
}

/** Since when there has been no connection; undefined while it stands. */
export function disconnectedSince({ session, sessionlessSince }: PoolMemory): number | undefined {
  return session ? session.disconnectedSince : sessionlessSince;
}
