import { UNUSED_SELECTOR_LABEL } from '../../api';
import { PATIENCE_MS } from '../pool-registry';
import { eventsOf, podTemplateCondition, readyCondition, registeredCondition } from './decide-conditions';
import { actionOfRegistration, actionOfSettings, actionsOfLeave, registrationDueAt } from './registration/decide';
import { askAgainAt, awaitsRetirement, desiredPoolSize, planScaling, isFree } from './decide-scaling';
import type { Action, Decision, PoolSnapshot } from './snapshot';

/** Workers that are made in one go: what is wanted may have changed before the next ones. */
const CREATE_BATCH = 500;
/** Nothing is looked at again sooner without news, in milliseconds. */
const SOONEST_LOOK_MS = 250;

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
    actions: actionsOf(snapshot, desired),
    status: {
      // The column stays blank until the pool was registered for the first time: that is how a broken one shows.
      ...(hasEverRegistered(snapshot) && { actualPoolSize: snapshot.workers.length }),
      desiredPoolSize: desired,
      autoRegistered: isAutoRegistered(snapshot),
      ...(ulid && { selector: `${UNUSED_SELECTOR_LABEL}=${ulid}` }),
      conditions,
    },
    events: eventsOf(snapshot, conditions),
    requeueAfterMs: nextLook(snapshot),
  };
}

function actionsOf(snapshot: PoolSnapshot, desired: number): readonly Action[] {
  if (snapshot.now >= snapshot.credentialsDueAt) return [{ type: 'readCredentials' }];
  return snapshot.deleting ? actionsOfDeletion(snapshot) : actionsOfLife(snapshot, desired);
}

function actionsOfLife(snapshot: PoolSnapshot, desired: number): readonly Action[] {
  const ulid = poolUlid(snapshot);
  const first: Action[] = [];
  if (!snapshot.hasFinalizer || (ulid && snapshot.ulidLabel !== ulid)) first.push({ type: 'setMetadata', ulid });
  // Autoscalers read the scale first, which the API server refuses while the spec has no size: "the spec replicas field
  // .spec.poolSize does not exist".
  if (snapshot.specSize === undefined) first.push({ type: 'setPoolSize', size: desired });
  const registration = actionOfRegistration(snapshot);
  if (registration) first.push(registration);
  if (first.length > 0) return first;
  const actions = actionsOfSession(snapshot) ?? actionsOfScaling(snapshot, desired);
  const settings = actionOfSettings(snapshot);
  if (actions.length > 0 || settings) return settings ? [...actions, settings] : actions;
  // Advice comes last.
  return templateIsToBeChecked(snapshot) ? [{ type: 'checkTemplate' }] : [];
}

/** What the session needs before anything can be scaled; undefined when it is ready for that. */
function actionsOfSession(snapshot: PoolSnapshot): readonly Action[] | undefined {
  const { credentials, session } = snapshot;
  if (credentials.state === 'valid' && session?.key !== credentials.sessionKey) {
    const leaves = session !== undefined && session.ulid !== credentials.ulid && isConnected(snapshot);
    return leaves ? [{ type: 'leavePool' }] : [{ type: 'openSession' }];
  }
  if (!isConnected(snapshot)) return [];
  return syncIsDue(snapshot) ? [{ type: 'sync' }] : undefined;
}

function actionsOfScaling(snapshot: PoolSnapshot, desired: number): Action[] {
  const { now, workers, creationRefusal: refusal } = snapshot;
  const ulid = poolUlid(snapshot);
  const plan = planScaling(workers, desired, now);
  const actions: Action[] = [];
  if (plan.retire.length > 0) actions.push({ type: 'retireWorkers', workers: plan.retire });
  if (plan.remove.length > 0) actions.push({ type: 'deleteWorkers', workers: plan.remove });
  if (plan.register.length > 0) actions.push({ type: 'registerWorkers', workers: plan.register });
  if (plan.create > 0 && ulid && (!refusal || now >= refusal.retryAt)) {
    // After a refusal one Worker finds out whether the others would be taken.
    actions.push({ type: 'createWorkers', count: refusal ? 1 : Math.min(plan.create, CREATE_BATCH), ulid });
  }
  return actions;
}

/** A deleted pool retires every Worker, waits for the busy ones, then takes leave of the control plane. */
function actionsOfDeletion(snapshot: PoolSnapshot): readonly Action[] {
  if (!snapshot.hasFinalizer) return snapshot.session ? [{ type: 'closeSession' }] : [];
  const { credentials, session } = snapshot;
  if (snapshot.workers.length > 0) {
    if (isConnected(snapshot) && !syncIsDue(snapshot)) return actionsOfScaling(snapshot, 0);
    if (credentials.state === 'valid' && session?.key !== credentials.sessionKey) return [{ type: 'openSession' }];
    // Nobody could agree to it: from now on each Worker is as patient as its last run asks for.
    const free = patienceIsOver(snapshot) ? snapshot.workers.filter(isFree) : [];
    const removal: Action[] = free.length > 0 ? [{ type: 'deleteWorkers', workers: free }] : [];
    return isConnected(snapshot) ? [...removal, { type: 'sync' }] : removal;
  }
  if (!session) return actionsOfLeave(snapshot);
  const farewell: Action[] = isConnected(snapshot) && !patienceIsOver(snapshot) ? [{ type: 'sync' }] : [];
  return [...farewell, { type: 'closeSession' }, ...actionsOfLeave(snapshot)];
}

function patienceIsOver({ disconnectedSince, now }: PoolSnapshot): boolean {
  return disconnectedSince !== undefined && now >= disconnectedSince + PATIENCE_MS;
}

function poolUlid(snapshot: PoolSnapshot): string | undefined {
  return snapshot.credentials.state === 'valid'
    ? snapshot.credentials.ulid
    : (snapshot.session?.ulid ?? snapshot.ulidLabel);
}

function isAutoRegistered({ registration, credentials, status }: PoolSnapshot): boolean {
  return registration !== undefined && (credentials.state === 'valid' || status.autoRegistered === true);
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

function templateIsToBeChecked({ template, session, now }: PoolSnapshot): boolean {
  if (template.asking) return false;
  const { check } = template;
  if (check?.key === template.key) return check.retryAt !== undefined && now >= check.retryAt;
  // The images come with the session; only without one there is nothing to wait for.
  return template.imagesKnown || session?.status.state !== 'connecting';
}

function nextLook(snapshot: PoolSnapshot): number | undefined {
  const { session, template, now, workers, deleting, disconnectedSince, creationRefusal } = snapshot;
  const times = [snapshot.credentialsDueAt];
  if (isConnected(snapshot) && session) {
    times.push(session.nextSyncAt);
    for (const worker of workers) if (awaitsRetirement(worker)) times.push(askAgainAt(worker));
    if (creationRefusal) times.push(creationRefusal.retryAt);
  }
  const registrationDue = registrationDueAt(snapshot);
  if (registrationDue !== undefined) times.push(registrationDue);
  if (!deleting && template.check?.retryAt !== undefined && !template.asking) times.push(template.check.retryAt);
  const isOver = patienceIsOver(snapshot);
  if (deleting && disconnectedSince !== undefined && !isOver) times.push(disconnectedSince + PATIENCE_MS);
  const next = times.reduce((earliest, time) => Math.min(earliest, time), Infinity);
  return Number.isFinite(next) ? Math.max(SOONEST_LOOK_MS, next - now) : undefined;
}
