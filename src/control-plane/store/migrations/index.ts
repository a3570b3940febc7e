import { initial } from './0001-initial';
import { ground } from './0002-ground';
import { secrets } from './0003-secrets';
import { restored } from './0004-restored';
import { worked } from './0005-worked';
import { identities } from './0006-identities';
import { states } from './0007-states';
import { ranks } from './0008-ranks';
import { auditTrail } from './0009-audit-trail';
import { oidc } from './0010-oidc';
import { webSessions } from './0011-web-sessions';
import { kinds } from './0012-kinds';
import { dependencies } from './0013-dependencies';
import { webhooks } from './0014-webhooks';
import { poolSamples } from './0015-pool-samples';
import { planChanges } from './0016-plan-changes';
import { poolLocks } from './0016b-pool-locks';
import { queueVersions } from './0019-queue-versions';
import { stackSizes } from './0020-stack-sizes';
import { gitSources } from './0021-git-sources';
import { vcsAgents } from './0022-vcs-agents';
import { ansible } from './0025-ansible';
import { toolVersions } from './0023-tool-versions';
import { outputs } from './0024-outputs';
import { pushHooks } from './0026-push-hooks';
import { modules } from './0027-modules';
import { runnerImages } from './0028-runner-images';
import type { Migration } from './migration';

/**
 * What the name of a migration ends with which the release before can go on with: while one replica after another is
 * replaced, old and new ones use the same schema, and an old one that starts again finds the new schema. Such a migration
 * adds tables, indexes, and columns that may be left out. What is renamed or removed takes two releases: the first stops
 * using it, the second removes it, by a migration that is additive for the first.
 */
export const ADDITIVE = /\.additive$/;

export type Migrations = Readonly<Record<string, Migration>>;

/** Applied in order, each once and all or nothing; never edited after a release. */
export const MIGRATIONS: Migrations = {
  '0001-initial': initial,
  '0002-ground': ground,
  '0003-secrets': secrets,
  '0004-restored': restored,
  '0005-worked.additive': worked,
  '0006-identities.additive': identities,
  '0007-states.additive': states,
  '0008-ranks.additive': ranks,
  '0009-audit-trail.additive': auditTrail,
  '0010-oidc.additive': oidc,
  '0011-web-sessions.additive': webSessions,
  '0012-kinds.additive': kinds,
  '0013-dependencies.additive': dependencies,
  '0014-webhooks.additive': webhooks,
  '0015-pool-samples.additive': poolSamples,
  '0016-plan-changes.additive': planChanges,
  '0016b-pool-locks.additive': poolLocks,
  '0019-queue-versions': queueVersions,
  '0020-stack-sizes.additive': stackSizes,
  '0021-git-sources.additive': gitSources,
  '0022-vcs-agents.additive': vcsAgents,
  '0023-tool-versions.additive': toolVersions,
  '0024-outputs.additive': outputs,
  '0025-ansible.additive': ansible,
  '0026-push-hooks.additive': pushHooks,
  '0027-modules.additive': modules,
  '0028-runner-images.additive': runnerImages,
};
