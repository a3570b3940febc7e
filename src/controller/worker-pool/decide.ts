import { UNUSED_SELECTOR_LABEL } from '../../api';
import { SESSION_LEASE_SECONDS } from '../../protocol/messages';
import { eventsOf, podTemplateCondition, readyCondition, registeredCondition } from './conditions';
import { askAgainAt, desiredPoolSize, planScaling, type WorkerFact } from './scaling';
import type { Action, Decision, PoolSnapshot } from './snapshot';

/** A Pod template that quota or policy refused is tried again so often, in milliseconds. */
export const TEMPLATE_RETRY_MS = 60_000;

/**
 * Decides what a pool needs now. Pure: the same snapshot gives the same decision. An empty list of actions means that
 * there is nothing to do before something changes or `requeueAfterMs` is over.
 */
export function decide(snapshot: PoolSnapshot): Decision {
  const desired = desiredPoolSize(snapshot.specSize, snapshot.status.desiredPoolSize);
  const registered = registeredCondition(snapshot);
  const template = podTemplateCondition(snapshot);
  const conditions = [registered, template, readyCondition(snapshot, desired, registered, template)];
  const ulid = poolUlid(snapshot);
  return {
    actions: snapshot.deleting ? actionsOfDeletion(snapshot) : actionsOfLife(snapshot, desired),
    status: {
      // The column stays blank until the pool was registered for the first time: that is how a broken one shows.
      ...(hasEverRegistered(snapshot) && { actualPoolSize: snapshot.workers.length }),
      desiredPoolSize: desired,
      ...(ulid && { selector: `${UNUSED_SELECTOR_LABEL}=${ulid}` }),
      conditions,
    },
    events: eventsOf(snapshot, conditions),
    requeueAfterMs: nextLook(snapshot),
  };
}

function actionsOfLife(snapshot: PoolSnapshot, desired: number): readonly Action[] {
  const { credentials } = snapshot;
  const ulid = poolUlid(snapshot);
  // Autoscalers read the scale first, which the API server refuses while the spec has no size: "the spec replicas field
  // .spec.poolSize does not exist".
  const size = snapshot.specSize === undefined ? desired : undefined;
  if (!snapshot.hasFinalizer || (ulid && snapshot.ulidLabel !== ulid) || size !== undefined) {
    return [{ kind: 'mark-pool', ulid, size }];
  }
  const actions: Action[] = [];
  if (templateIsToBeChecked(snapshot)) actions.push({ kind: 'check-template' });
  if (credentials.state === 'valid' && snapshot.session?.key !== credentials.sessionKey) {
    return [...actions, { kind: 'open-session' }];
  }
  if (!isConnected(snapshot)) return actions;
  if (syncIsDue(snapshot)) return [...actions, { kind: 'sync' }];
  return [...actions, ...actionsOfScaling(snapshot, desired)];
}

function actionsOfScaling(snapshot: PoolSnapshot, desired: number): Action[] {
  const ulid = poolUlid(snapshot);
  const plan = planScaling(snapshot.workers, desired, snapshot.now);
  const actions: Action[] = [];
  if (plan.retire.length > 0) actions.push({ kind: 'retire-workers', workers: plan.retire });
  if (plan.remove.length > 0) actions.push({ kind: 'remove-workers', workers: plan.remove });
  if (plan.register.length > 0) actions.push({ kind: 'register-workers', workers: plan.register });
  if (plan.create > 0 && ulid) actions.push({ kind: 'create-workers', count: plan.create, ulid });
  return actions;
}

/** A deleted pool retires every Worker, waits for the busy ones, then takes leave of the control plane. */
function actionsOfDeletion(snapshot: PoolSnapshot): readonly Action[] {
  if (!snapshot.hasFinalizer) return snapshot.session ? [{ kind: 'close-session' }] : [];
  const { credentials, session } = snapshot;
  if (snapshot.workers.length > 0) {
    if (noControlPlaneCanUseIt(snapshot)) return release(snapshot.workers);
    if (!session && credentials.state === 'valid') return [{ kind: 'open-session' }];
    if (!isConnected(snapshot)) return [];
    return syncIsDue(snapshot) ? [{ kind: 'sync' }] : actionsOfScaling(snapshot, 0);
  }
  if (!session) return [{ kind: 'unmark-pool' }];
  const farewell: Action[] = isConnected(snapshot) ? [{ kind: 'sync' }] : [];
  return [...farewell, { kind: 'close-session' }, { kind: 'unmark-pool' }];
}

function release(workers: readonly WorkerFact[]): Action[] {
  const free = workers.filter((worker) => worker.held && !worker.livePod);
  return free.length > 0 ? [{ kind: 'release-workers', workers: free }] : [];
}

/**
 * Whether a pool's Workers are safe without the control plane's word: its credentials are gone or refused for longer
 * than a session's lease, after which no control plane gives a run to its Workers.
 */
function noControlPlaneCanUseIt(snapshot: PoolSnapshot): boolean {
  const since = uselessSince(snapshot);
  return since !== undefined && snapshot.now - since >= SESSION_LEASE_SECONDS * 1000;
}

function uselessSince({ credentials, session }: PoolSnapshot): number | undefined {
  if (!session) return credentials.state === 'valid' ? undefined : credentials.since;
  const refused = session.status.state === 'failed' && session.status.cause === 'rejected';
  return refused ? session.disconnectedSince : undefined;
}

function poolUlid(snapshot: PoolSnapshot): string | undefined {
  return snapshot.credentials.state === 'valid'
    ? snapshot.credentials.ulid
    : (snapshot.session?.ulid ?? snapshot.ulidLabel);
}

function hasEverRegistered(snapshot: PoolSnapshot): boolean {
  return snapshot.status.actualPoolSize !== undefined || (isConnected(snapshot) && snapshot.session?.synced === true);
}

function isConnected(snapshot: PoolSnapshot): boolean {
  return snapshot.session?.status.state === 'connected';
}

function syncIsDue({ session, now }: PoolSnapshot): boolean {
  return session !== undefined && (!session.synced || now >= session.nextSyncAt);
}

function templateIsToBeChecked({ template, generation, now }: PoolSnapshot): boolean {
  if (template?.generation !== generation) return true;
  return !template.verdict.valid && template.verdict.mayPassLater && now - template.checkedAt >= TEMPLATE_RETRY_MS;
}

function nextLook(snapshot: PoolSnapshot): number | undefined {
  const { session, template, now, workers } = snapshot;
  const times: number[] = [];
  if (isConnected(snapshot) && session) times.push(session.nextSyncAt);
  if (template && !template.verdict.valid && template.verdict.mayPassLater) {
    times.push(template.checkedAt + TEMPLATE_RETRY_MS);
  }
  for (const worker of workers) {
    if (worker.retiring && !worker.retired) times.push(askAgainAt(worker));
  }
  const since = snapshot.deleting ? uselessSince(snapshot) : undefined;
  if (since !== undefined) times.push(since + SESSION_LEASE_SECONDS * 1000);
  const next = times.reduce((earliest, time) => Math.min(earliest, time), Infinity);
  return Number.isFinite(next) ? Math.max(100, next - now) : undefined;
}
