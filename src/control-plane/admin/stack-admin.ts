import type { Readable } from 'node:stream';
import type { GitCredentials, GitRepository } from '../../protocol/messages';
import type { NewStack, StackChange } from './input';
import { audited, auditedTransaction, differences, fieldsOf, unchanged, type Audited } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { checkImage, checkNewId, checkStackName, idOf, projectFolder } from '../names';
import type { PersonContext } from '../queue/context';
import { depend, refuseDependedOn, undepend } from '../queue/dependencies';
import { poolTopic, stackTopic } from '../queue/wakeups';
import type { Blobs } from '../blobs';
import type { Tables, Transaction } from '../store';
import { changedTool, toolSettings } from './tool-settings';
import { isUniqueViolation } from '../store/database/database';
import type { FieldChanges } from '../store/audit-trail';
import type { PoolRecord, StackDependency, StackRecord } from '../store/records';
import { blobOfSource, gitSource } from '../store/source-names';
import { usable } from './new-run';
import { requireAgents } from './repository-agents';
import { credentialsOf, namesOfCredentials, repositoryOf } from './repository-input';
import { refuseUnfinished } from './unfinished';
import { refuseOutdated, stackVersion } from './versions';

/** What people may do with stacks. */
export class StackAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => Promise<PoolRecord>,
  ) {}

  async create(input: NewStack): Promise<StackRecord> {
    checkStackName(input.name);
    const pool = await this.poolOf(input.pool);
    const stack = newRecord(input, pool, this.context);
    const { name, repository } = stack;
    await requireAgents(this.context.store.read, input.repository, repository);
    const credentials = repository && credentialsOf(input.repository?.credentials ?? {}, repository, NOTHING);
    const environment = usable(input.environment ?? {});
    try {
      await auditedTransaction(this.context, 'stack.create', async (tx) => {
        await tx.stacks.insert(stack, environment);
        if (credentials) await tx.repositories.setCredentials(stack.id, credentials);
        await tellOf(tx, stack);
        return audited(undefined, {
          object: stack,
          changes: fieldsOf(auditable({ stack, environment, credentials: credentials ?? {} })),
        });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const before = await this.find(stack.id);
      if (before?.name === name) return before;
      throw malformed('name', `stack ${name} exists already: upload a new source, or take another name`);
    }
    return stack;
  }

  async update(nameOrId: string, change: StackChange): Promise<StackRecord> {
    const { id } = await this.require(nameOrId);
    const pool = change.pool === undefined ? undefined : await this.poolOf(change.pool);
    const released: (string | null)[] = [];
    const updated = await auditedTransaction(this.context, 'stack.update', async (tx) => {
      const stack = await locked(tx, id);
      refuseOutdated(stackVersion(stack), change.seen, `stack ${stack.name}`);
      if (pool && pool.id !== stack.poolId) await requireAllEnded(tx, stack, 'move it to another pool');
      const { environment, unsetEnvironment = [] } = change;
      const repository = repositoryOf(change.repository ?? {}, stack.repository);
      await requireAgents(tx, change.repository, repository);
      const unset = new Set(unsetEnvironment);
      const both = Object.keys(environment ?? {}).find((name) => unset.has(name));
      if (both !== undefined) {
        throw malformed('unsetEnvironment', `environment variable ${both} is to be set and unset: give one of both`);
      }
      const before = await tx.stacks.environment(id);
      const kept = Object.entries(before).filter(([name]) => !unset.has(name));
      const changed: StackRecord = {
        ...withSettings(stack, change),
        poolId: pool?.id ?? stack.poolId,
        repository,
        source: sourceAfter(stack, repository, this.context.newId),
      };
      const after = usable({ ...Object.fromEntries(kept), ...environment });
      if ((repository === null) !== (stack.repository === null)) {
        await requireAllEnded(tx, stack, 'give it a source of another kind');
      }
      const former = await tx.repositories.credentials(id);
      const given = change.repository?.credentials ?? {};
      const credentials = repository
        ? credentialsOf(given, repository, { repository: stack.repository, credentials: former })
        : {};
      const changes = stackDifferences(
        { stack, environment: before, credentials: former },
        { stack: changed, environment: after, credentials },
      );
      if (Object.keys(changes).length === 0) return unchanged(changed);
      await tx.stacks.update(changed, after);
      if (changed.source !== stack.source) {
        await tx.stacks.setSource(id, changed.source);
        released.push(blobOfSource(stack.source));
      }
      if (repository) await tx.repositories.setCredentials(id, credentials);
      else await tx.repositories.delete(id);
      await tellOf(tx, stack, changed);
      return audited(changed, { object: changed, changes });
    });
    for (const blob of released) await this.blobs.unused.release('sources', blob);
    return updated;
  }

  async delete(nameOrId: string): Promise<StackRecord> {
    const { now } = this.context;
    const { id } = await this.require(nameOrId);
    const { stack, states } = await auditedTransaction(this.context, 'stack.delete', async (tx) => {
      await tx.dependencies.holdAll();
      const stack = await locked(tx, id);
      await requireAllEnded(tx, stack, 'delete it');
      await refuseDependedOn(tx, stack);
      await tx.dependencies.deleteOf(stack.id);
      await tx.stacks.delete(stack.id, now());
      await tx.repositories.delete(stack.id);
      await tx.pushHooks.delete(stack.id);
      await tellOf(tx, stack);
      await tx.runEnvironments.deleteOfStack(stack.id);
      await tx.runInputs.deleteOfStack(stack.id);
      await tx.outputs.delete(stack.id);
      await tx.drift.delete(stack.id);
      await tx.states.unlock(stack.id);
      return audited({ stack, states: await tx.states.deleteAllBut(stack.id, 0) }, { object: stack });
    });
    await this.blobs.unused.release('sources', blobOfSource(stack.source));
    for (const blob of states) await this.blobs.unused.release('states', blob);
    return stack;
  }

  /** Lets tracked runs of a stack follow those of another. */
  async depend(stack: string, dependsOn: string): Promise<StackDependency> {
    const { id: stackId } = await this.require(stack);
    const { id: dependsOnStackId } = await this.require(dependsOn, 'dependsOnStackId');
    return depend(this.context, { stackId, dependsOnStackId });
  }

  undepend(id: string): Promise<StackDependency> {
    return undepend(this.context, idOf(id));
  }

  async find(nameOrId: string): Promise<StackRecord | null> {
    const { stacks } = this.context.store.read;
    return (await stacks.find(nameOrId)) ?? (await stacks.find(idOf(nameOrId))) ?? null;
  }

  list(poolId?: string): Promise<StackRecord[]> {
    return this.context.store.read.stacks.list(poolId);
  }

  async environmentNames(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const environments = await this.context.store.read.stacks.environments(ids);
    return new Map([...environments].map(([id, environment]) => [id, Object.keys(environment).sort()]));
  }

  async credentialNames(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { repositories } = this.context.store.read;
    const found = await Promise.all(ids.map(async (id) => [id, await repositories.credentials(id)] as const));
    return new Map(found.map(([id, credentials]) => [id, namesOfCredentials(credentials)]));
  }

  async uploadSource(nameOrId: string, archive: Readable): Promise<StackRecord> {
    const stack = await this.require(nameOrId);
    requireUploads(stack);
    const source = await this.blobs.store.write('sources', stack.id, archive);
    const replace = async (tx: Transaction): Promise<Audited<string | null>> => {
      const now = await locked(tx, stack.id);
      requireUploads(now);
      const { source: before } = now;
      await tx.stacks.setSource(stack.id, source);
      await tellOf(tx, stack);
      return audited(before, { object: stack, changes: differences({ source: before }, { source }, ['source']) });
    };
    // Of a stack that was deleted meanwhile it is the new one that nobody needs.
    let unneeded: string | null = source;
    try {
      unneeded = await auditedTransaction(this.context, 'stack.upload-source', replace);
    } finally {
      await this.blobs.unused.release('sources', unneeded);
    }
    return this.require(stack.id);
  }

  /** @param field that names it, where that is an input of many */
  async require(nameOrId: string, field?: string): Promise<StackRecord> {
    const stack = await this.find(nameOrId);
    if (!stack) throw notFound(nameOrId, field);
    return stack;
  }
}

/** Pages that show the stack are made anew, and those of its pool, which name it. */
async function tellOf(tx: Transaction, ...stacks: readonly Pick<StackRecord, 'id' | 'poolId'>[]): Promise<void> {
  await tx.notify([...new Set(stacks.flatMap(({ id, poolId }) => [stackTopic(id), poolTopic(poolId)]))]);
}

async function locked({ stacks }: Tables, id: string): Promise<StackRecord> {
  const stack = await stacks.lock(id);
  if (!stack) throw notFound(id);
  return stack;
}

function notFound(nameOrId: string, field?: string): RequestError {
  const options = field === undefined ? {} : { field };
  return new RequestError('not-found', `stack ${nameOrId} not found`, undefined, options);
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

/** @throws RequestError `malformed` */
function newRecord(input: NewStack, pool: PoolRecord, { newId, now }: PersonContext): StackRecord {
  const repository = repositoryOf(input.repository ?? {}, null);
  return {
    id: input.id === undefined ? newId() : checkNewId(input.id),
    name: checkStackName(input.name),
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
}

/** @throws RequestError `malformed` */
function requireUploads({ name, repository }: StackRecord): void {
  if (repository === null) return;
  throw malformed(
    'source',
    `the source of stack ${name} is the git repository ${repository.url}: take that away first to upload one (\`worker-pools stack update ${name} --no-repository\`)`,
  );
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
  const { poolId, tool, toolVersion, playbook, projectRoot, runnerImage, autoDeploy, managesState } = stack;
  return {
    poolId,
    tool,
    toolVersion,
    playbook,
    projectRoot,
    runnerImage,
    autoDeploy,
    managesState,
    ...(stack.repository ?? { url: null, branch: null, submodules: false, lfs: false, sparse: false }),
    credentials: [...namesOfCredentials(credentials)],
    environment: Object.keys(environment).sort(),
  };
}

interface Configured {
  readonly stack: StackRecord;
  readonly environment: Readonly<Record<string, string>>;
  /** For its repository. */
  readonly credentials: GitCredentials;
}

function stackDifferences(before: Configured, after: Configured): FieldChanges {
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

async function requireAllEnded({ runs }: Tables, { id, name }: StackRecord, intent: string): Promise<void> {
  refuseUnfinished(await runs.countUnfinishedOfStack(id), `stack ${name}`, intent);
}
