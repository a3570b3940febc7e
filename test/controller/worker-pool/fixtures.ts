import type { Condition } from '../../../src/api';
import type { SessionStatus } from '../../../src/protocol/session';
import type { WorkerFact } from '../../../src/controller/worker-pool/decide-scaling';
import type {
  DecidedCondition,
  PoolSnapshot,
  RegistrationFact,
  RegistrationFailure,
  SessionFact,
  TemplateFact,
  TemplateVerdict,
} from '../../../src/controller/worker-pool/snapshot';

export const ULID = '01J0000000000000000000P00L';
export const KEY = 'session key';
const TEMPLATE = 'template key';
export const NOW = 1_000_000;

/** A registered idle Worker, unless told otherwise; later numbers are newer. */
export function worker(number: number, facts: Partial<WorkerFact> = {}): WorkerFact {
  return {
    id: `01J000000000000000000W${String(number).padStart(4, '0')}`,
    name: `pool-${number}`,
    uid: `uid-${number}`,
    createdAt: number,
    deleting: false,
    registered: true,
    busy: false,
    livePod: false,
    retiring: false,
    retired: false,
    ofOtherPool: false,
    ...facts,
  };
}

export function workers(count: number, facts: Partial<WorkerFact> = {}): WorkerFact[] {
  return Array.from({ length: count }, (_, number) => worker(number + 1, facts));
}

/** A connected and synced session, unless told otherwise. */
export function session(facts: Partial<SessionFact> = {}): SessionFact {
  return {
    key: KEY,
    ulid: ULID,
    endpoint: 'https://control-plane:1983',
    status: { state: 'connected', since: 0 },
    failures: 0,
    synced: true,
    nextSyncAt: NOW + 40_000,
    ...facts,
  };
}

/** A pool that registered itself and is as it should be, unless told otherwise. */
export function registration(facts: Partial<RegistrationFact> = {}): RegistrationFact {
  return {
    settings: 'settings',
    settled: 'settings',
    lookedAt: NOW,
    lookAt: NOW + 900_000,
    asking: false,
    removed: false,
    ...facts,
  };
}

/** A first attempt that the control plane refused just now, unless told otherwise. */
export function failure(facts: Partial<RegistrationFailure> = {}): RegistrationFailure {
  const problem = { reason: 'APIKeyRejected', message: 'no such key' };
  return { problem, isVerdict: true, since: NOW, failures: 1, retryAt: NOW + 1_000, ...facts };
}

/** An accepted template, unless told otherwise. */
export function template(
  verdict: TemplateVerdict = { state: 'accepted' },
  facts: Partial<TemplateFact> = {},
): TemplateFact {
  return {
    key: TEMPLATE,
    imagesKnown: true,
    asking: false,
    check: {
      key: TEMPLATE,
      verdict,
      failures: verdict.state === 'accepted' ? 0 : 1,
      ...(verdict.state !== 'accepted' && { retryAt: NOW + 2_000 }),
    },
    ...facts,
  };
}

/** A pool that has everything and wants three Workers, unless told otherwise. */
export function snapshot(facts: Partial<PoolSnapshot> = {}): PoolSnapshot {
  return {
    now: NOW,
    generation: 1,
    deleting: false,
    hasFinalizer: true,
    ulidLabel: ULID,
    specSize: 3,
    reconnectAttempts: 5,
    status: { actualPoolSize: 0, desiredPoolSize: 3, conditions: [] },
    credentials: { state: 'valid', ulid: ULID, sessionKey: KEY },
    credentialsDueAt: Infinity,
    session: session(),
    template: template(),
    workers: workers(3),
    ...facts,
  };
}

/** A session that cannot connect. */
export const failed = (cause: FailureCause, message = 'so it is') =>
  session({ status: { state: 'failed', cause, message } });

type FailureCause = Extract<SessionStatus, { state: 'failed' }>['cause'];

export function asStored(condition: DecidedCondition): Condition {
  return { ...condition, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };
}
