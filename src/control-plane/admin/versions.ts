import { createHash } from 'node:crypto';
import { RequestError } from '../errors';
import type { VcsAgentPoolRecord } from '../store/vcs-agents';
import type { PushHookSettings } from '../store/push-hooks';
import type { WebhookSettings } from '../store/webhooks';
import type { ApiKeyRecord, DriftSchedule, PoolRecord, StackRecord } from '../store/records';

/** What a pool is set to, for whoever changes it from what they saw. */
export function poolVersion(pool: PoolRecord): string {
  const { name, description, labels, space, driftDetectionRunLimit } = pool;
  return versionOf([name, description, labels, space, driftDetectionRunLimit]);
}

/** What people set a stack, or a module, to, beside its repository and its environment. */
export const stackSettings = (stack: StackRecord) => {
  const { poolId, tool, toolVersion, playbook, projectRoot, runnerImage, autoDeploy, managesState } = stack;
  return { poolId, tool, toolVersion, playbook, projectRoot, runnerImage, autoDeploy, managesState };
};

/** The same of a stack. */
export const stackVersion = (stack: StackRecord): string =>
  versionOf([...Object.values(stackSettings(stack)), stack.repository]);

/** The same of an API key. */
export const keyVersion = ({ name, role }: Pick<ApiKeyRecord, 'name' | 'role'>): string => versionOf([name, role]);

/** The same of when drift of a stack is looked for. @param schedule undefined: never */
export function driftVersion(schedule: DriftSchedule | undefined): string {
  if (!schedule) return '';
  const { schedule: times, timezone, reconcile, ignoreState } = schedule;
  return versionOf([times, timezone, reconcile, ignoreState]);
}

/** The same of how a stack hears of pushes; of its secret nothing. */
export const pushHookVersion = ({ forks, paths }: PushHookSettings): string => versionOf([forks, paths]);

/** The same of a webhook; of its secret nothing. */
export function webhookVersion(webhook: WebhookSettings): string {
  const { name, endpoint, enabled, space, labels, runStates, stackIds, retryOnFailure } = webhook;
  return versionOf([name, endpoint, enabled, space, labels, runStates, stackIds, retryOnFailure]);
}

/** The same of a pool of VCS agents. */
export const vcsAgentPoolVersion = ({ name, description }: Pick<VcsAgentPoolRecord, 'name' | 'description'>): string =>
  versionOf([name, description]);

const versionOf = (settings: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 16);

/**
 * @param seen the version that a change is made from; undefined changes whatever there is
 * @throws RequestError `conflict` where it is another by now
 */
export function refuseOutdated(now: string, seen: string | undefined, what: string): void {
  if (seen === undefined || seen === now) return;
  throw new RequestError(
    'conflict',
    `${what} was changed by somebody else meanwhile: see what it is now, then save again`,
  );
}
