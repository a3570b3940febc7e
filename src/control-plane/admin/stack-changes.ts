import type { GitCredentials, GitRepository } from '../../protocol/messages';
import { differences, fieldsOf } from '../audit/audited';
import { malformed } from '../errors';
import { checkImage, checkNewId, projectFolder } from '../names';
import type { PersonContext } from '../queue/context';
import { poolTopic, stackTopic } from '../queue/wakeups';
import type { Tables, Transaction } from '../store';
import type { FieldChanges } from '../store/audit-trail';
import type { PoolRecord, StackRecord } from '../store/records';
import { blobOfSource, gitSource } from '../store/source-names';
import type { NewStack, StackChange } from './input';
import { usable } from './new-run';
import { requireAgents } from './repository-agents';
import { credentialsOf, namesOfCredentials, repositoryOf } from './repository-input';
import { changedTool, toolSettings } from './tool-settings';
import { refuseUnfinished } from './unfinished';
import { stackSettings } from './versions';

/* What stacks have, and modules like them: where their source is, what carries it out, where, and in which environment. */

export interface Configured {
  readonly stack: StackRecord;
  readonly environment: Readonly<Record<string, string>>;
  /** For its repository. */
  readonly credentials: GitCredentials;
}

/** One that is to be made. @param name as it was checked @throws RequestError `malformed` */
export async function newStack(
  input: NewStack,
  { kind, name, pool }: Pick<StackRecord, 'kind' | 'name'> & { readonly pool: PoolRecord },
  { newId, now, store }: PersonContext,
): Promise<Configured> {
  const repository = repositoryOf(input.repository ?? {}, null);
  const stack: StackRecord = {
    id: input.id === undefined ? newId() : checkNewId(input.id),
    kind,
    name,
    poolId: pool.id,
    ...toolSettings({ ...input, tool: input.tool ?? 'OPENTOFU' }),
    projectRoot: projectFolder(input.projectRoot ?? ''),
    runnerImage: checkImage(input.runnerImage ?? '') || null,
    autoDeploy: input.autoDeploy ?? false,
    source: repository && gitSource(newId()),
    repository,
    createdAt: now(),
    driftCheckedAt: null,
    driftedSince: null,
  };
  await requireAgents(store.read, input.repository, repository);
  const credentials = repository && credentialsOf(input.repository?.credentials ?? {}, repository, NOTHING);
  return { stack, environment: usable(input.environment ?? {}), credentials: credentials ?? {} };
}

/** Writes it down. @returns what the audit trail is told */
export async function insertStack(tx: Transaction, configured: Configured): Promise<FieldChanges> {
  const { stack, environment, credentials } = configured;
  await tx.stacks.insert(stack, environment);
  if (stack.repository) await tx.repositories.setCredentials(stack.id, credentials);
  await tellOf(tx, stack);
  return fieldsOf(auditable(configured));
}

interface Changed {
  readonly stack: StackRecord;
  readonly changes: FieldChanges;
  /** Blob that it names no more. */
  readonly released: string | null;
}

/**
 * Changes one that is held, and writes it down where anything differs.
 * @param pool another one, or the same; undefined: it stays @throws RequestError `malformed`
 */
export async function changeStack(
  tx: Transaction,
  stack: StackRecord,
  change: StackChange,
  { pool, newId }: { readonly pool: PoolRecord | undefined; readonly newId: () => string },
): Promise<Changed> {
  if (pool && pool.id !== stack.poolId) await requireAllEnded(tx, stack, 'move it to another pool');
  const repository = repositoryOf(change.repository ?? {}, stack.repository);
  await requireAgents(tx, change.repository, repository);
  const former = await tx.stacks.environment(stack.id);
  const changed: StackRecord = {
    ...withSettings(stack, change),
    poolId: pool?.id ?? stack.poolId,
    repository,
    source: sourceAfter(stack, repository, newId),
  };
  const environment = environmentAfter(former, change);
  if ((repository === null) !== (stack.repository === null)) {
    await requireAllEnded(tx, stack, 'give it a source of another kind');
  }
  const before = { stack, environment: former, credentials: await tx.repositories.credentials(stack.id) };
  const given = change.repository?.credentials ?? {};
  const credentials = repository
    ? credentialsOf(given, repository, { repository: stack.repository, credentials: before.credentials })
    : {};
  const changes = differencesOf(before, { stack: changed, environment, credentials });
  if (Object.keys(changes).length === 0) return { stack: changed, changes, released: null };
  await tx.stacks.update(changed, environment);
  const isOtherSource = changed.source !== stack.source;
  if (isOtherSource) await tx.stacks.setSource(stack.id, changed.source);
  if (repository) await tx.repositories.setCredentials(stack.id, credentials);
  else await tx.repositories.delete(stack.id);
  await tellOf(tx, stack, changed);
  return { stack: changed, changes, released: isOtherSource ? blobOfSource(stack.source) : null };
}

function environmentAfter(
  before: Configured['environment'],
  { environment, unsetEnvironment = [] }: StackChange,
): Configured['environment'] {
  const unset = new Set(unsetEnvironment);
  const both = Object.keys(environment ?? {}).find((name) => unset.has(name));
  if (both !== undefined) {
    throw malformed('unsetEnvironment', `environment variable ${both} is to be set and unset: give one of both`);
  }
  const kept = Object.entries(before).filter(([name]) => !unset.has(name));
  return usable({ ...Object.fromEntries(kept), ...environment });
}

/** What no other knows of. Its row stays for the history of its runs. */
export async function forgetStack(tx: Transaction, { id }: StackRecord, now: number): Promise<void> {
  await tx.stacks.delete(id, now);
  await tx.repositories.delete(id);
  await tx.runEnvironments.deleteOfStack(id);
  await tx.runInputs.deleteOfStack(id);
}

/** Pages that show the stack are made anew, and those of its pool, which name it. */
export async function tellOf(tx: Transaction, ...stacks: readonly Pick<StackRecord, 'id' | 'poolId'>[]): Promise<void> {
  await tx.notify([...new Set(stacks.flatMap(({ id, poolId }) => [stackTopic(id), poolTopic(poolId)]))]);
}

/** @throws RequestError `malformed` where some of its runs have not ended */
export async function requireAllEnded(
  { runs }: Tables,
  { id, kind, name }: StackRecord,
  intent: string,
): Promise<void> {
  refuseUnfinished(await runs.countUnfinishedOfStack(id), `${kind} ${name}`, intent);
}

/** What is left out stays. */
function withSettings(stack: StackRecord, change: StackChange): StackRecord {
  const { projectRoot, runnerImage, autoDeploy } = change;
  return {
    ...stack,
    ...changedTool(stack, change),
    autoDeploy: autoDeploy ?? stack.autoDeploy,
    projectRoot: projectRoot === undefined ? stack.projectRoot : projectFolder(projectRoot),
    runnerImage: runnerImage === undefined ? stack.runnerImage : checkImage(runnerImage ?? '') || null,
  };
}

/** Another one, where it is fetched from elsewhere. */
function sourceAfter(before: StackRecord, repository: GitRepository | null, newId: () => string): string | null {
  if (repository === null) return blobOfSource(before.source);
  const { url, branch } = repository;
  const isSame = before.repository?.url === url && before.repository.branch === branch;
  return isSame ? before.source : gitSource(newId());
}

const NOTHING = { repository: null, credentials: {} };

/** What the audit trail may tell of a stack: of its environment and its credentials the names. */
function auditable({ stack, environment, credentials }: Configured) {
  return {
    ...stackSettings(stack),
    ...(stack.repository ?? { url: null, branch: null, submodules: false, lfs: false, sparse: false }),
    credentials: [...namesOfCredentials(credentials)],
    environment: Object.keys(environment).sort(),
  };
}

function differencesOf(before: Configured, after: Configured): FieldChanges {
  const [was, is] = [before, after].map(auditable);
  const names = Object.keys(is!) as (keyof ReturnType<typeof auditable>)[];
  const replaced = Object.keys(after.environment).filter(
    (name) => Object.hasOwn(before.environment, name) && before.environment[name] !== after.environment[name],
  );
  const changes = differences(was!, is!, names);
  const renewed = namesOfCredentials(after.credentials).filter((name) => {
    const key = name as keyof GitCredentials;
    return before.credentials[key] !== undefined && before.credentials[key] !== after.credentials[key];
  });
  return {
    ...changes,
    ...(replaced.length > 0 && { replacedVariables: { to: replaced.sort() } }),
    ...(renewed.length > 0 && { replacedCredentials: { to: renewed } }),
  };
}
