import type { Readable } from 'node:stream';
import { compare } from 'semver';
import { isWholeHash } from '../../protocol/git-rules';
import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import type { Blobs } from '../blobs';
import { malformed, RequestError } from '../errors';
import { checkCommitSha, checkNote, idOf } from '../names';
import type { PersonContext } from '../queue/context';
import { createVersion, yankVersion } from '../queue/module-versions';
import type { Tables } from '../store';
import type { ModuleRecord, ModuleTest, ModuleVersionRecord } from '../store/modules';
import type { PoolRecord, StackRecord } from '../store/records';
import { blobOfSource } from '../store/source-names';
import {
  checkModuleName,
  checkModuleSpace,
  checkNumber,
  checkProvider,
  settingsOf,
  testFolders,
  type ModuleChange,
  type NewModule,
  type NewModuleVersion,
} from './module-input';
import { refuseTwice } from './names-once';
import { changeStack, forgetStack, insertStack, newStack, requireAllEnded, tellOf } from './stack-changes';
import { uploadSource } from './stack-uploads';

/** A module, with what it has as stacks have it. */
export interface Module extends ModuleRecord {
  readonly stack: StackRecord;
}

/** What people may do with modules. */
export class ModuleAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly blobs: Blobs,
    private readonly poolOf: (nameOrId: string) => Promise<PoolRecord>,
  ) {}

  async create({ provider, space, tool, ...input }: NewModule): Promise<Module> {
    const pool = await this.poolOf(input.pool);
    const record = {
      name: checkModuleName(input.name),
      provider: checkProvider(provider ?? 'default'),
      space: checkModuleSpace(space ?? pool.space),
      ...settingsOf(input),
    };
    const of = { kind: 'module', name: `${record.space}/${record.name}/${record.provider}`, pool } as const;
    const configured = await newStack({ ...input, tool: tool ?? 'OPENTOFU', managesState: false }, of, this.context);
    const { stack } = configured;
    requireWhole(stack);
    await refuseTwice('a module', stack.name, () =>
      auditedTransaction(this.context, 'module.create', async (tx) => {
        const changes = await insertStack(tx, configured);
        await tx.modules.insert({ id: stack.id, ...record, updatedAt: stack.createdAt });
        const { description, labels } = record;
        return audited(undefined, { object: stack, changes: { ...changes, ...fieldsOf({ description, labels }) } });
      }),
    );
    return this.require(stack.id);
  }

  /** Counts for versions that are made from now on. */
  async update(nameOrId: string, { tool, ...change }: ModuleChange): Promise<Module> {
    const { id } = await this.require(nameOrId);
    const pool = change.pool === undefined ? undefined : await this.poolOf(change.pool);
    const released: (string | null)[] = [];
    await auditedTransaction(this.context, 'module.update', async (tx) => {
      const stack = await locked(tx, id);
      const before = (await tx.modules.find(id))!;
      const settings = settingsOf({
        description: change.description ?? before.description,
        labels: change.labels ?? before.labels,
      });
      const { newId, now } = this.context;
      const stackChange = { ...change, ...(tool ? { tool } : {}) };
      const { stack: changed, changes, released: blob } = await changeStack(tx, stack, stackChange, { pool, newId });
      requireWhole(changed);
      released.push(blob);
      const all = { ...changes, ...differences(before, settings, ['description', 'labels']) };
      if (Object.keys(all).length === 0) return unchanged(undefined);
      await tx.modules.update(id, { ...before, ...settings, updatedAt: now() });
      await tellOf(tx, stack, changed);
      return audited(undefined, { object: changed, changes: all });
    });
    for (const blob of released) await this.blobs.unused.release('sources', blob);
    return this.require(id);
  }

  /** With its versions, which nobody can fetch any more; the runs that tested them stay to be looked at. */
  async delete(nameOrId: string): Promise<Module> {
    const module = await this.require(nameOrId);
    const sources = await auditedTransaction(this.context, 'module.delete', async (tx) => {
      const stack = await locked(tx, module.id);
      await requireAllEnded(tx, stack, 'delete it');
      const ofVersions = await tx.modules.delete(stack.id);
      await forgetStack(tx, stack, this.context.now());
      await tellOf(tx, stack);
      return audited([stack.source, ...ofVersions], { object: stack });
    });
    for (const source of new Set(sources)) await this.blobs.unused.release('sources', blobOfSource(source));
    return module;
  }

  /** By id, or by space, name and provider with slashes between. */
  async find(nameOrId: string): Promise<Module | null> {
    const { stacks, modules } = this.tables;
    const found = (await stacks.find(nameOrId, 'module')) ?? (await stacks.find(idOf(nameOrId), 'module'));
    const module = found && (await modules.find(found.id));
    return module ? { ...module, stack: found } : null;
  }

  /** By space, name and provider; with a pool, given by name or id, those that it tests. */
  async list(pool?: string): Promise<Module[]> {
    const poolId = pool === undefined ? undefined : (await this.poolOf(pool)).id;
    const records = await this.tables.modules.list();
    const stacks = new Map((await this.tables.stacks.findAll(records.map(({ id }) => id))).map((one) => [one.id, one]));
    return records.flatMap((record) => {
      const stack = stacks.get(record.id);
      return stack && (poolId === undefined || stack.poolId === poolId) ? [{ ...record, stack }] : [];
    });
  }

  /** Takes a tar.gz. @returns the name of the upload, for `createVersion` */
  async uploadSource(nameOrId: string, archive: Readable): Promise<string> {
    const { stack } = await this.require(nameOrId);
    return uploadSource(this.context, this.blobs, { stack, action: 'module.upload-source', archive });
  }

  async createVersion({ module, number, commitSha, source, tests }: NewModuleVersion): Promise<ModuleVersionRecord> {
    const { id, stack } = await this.require(module);
    const commit = commitSha ? checkCommitSha(commitSha) : null;
    if (commit !== null && !isWholeHash(commit)) {
      throw malformed('commitSha', `commit ${commit} is too short for a version: it takes the whole hash of 40 digits`);
    }
    return createVersion(this.context, {
      moduleId: id,
      number: checkNumber(number),
      commitSha: commit,
      source: source ?? undefined,
      tests: testFolders(tests ?? [], stack.projectRoot),
    });
  }

  /** @param version its id */
  async yankVersion(version: string, note = ''): Promise<ModuleVersionRecord> {
    const yanked = await yankVersion(this.context, idOf(version), checkNote(note));
    await this.blobs.unused.release('sources', blobOfSource(yanked.source));
    return yanked;
  }

  /** Newest first. A module without any is left out. */
  async versions(moduleIds: readonly string[]): Promise<ReadonlyMap<string, readonly ModuleVersionRecord[]>> {
    return grouped(await this.tables.modules.versionsOf(moduleIds), ({ moduleId }) => moduleId);
  }

  async version(id: string): Promise<ModuleVersionRecord | null> {
    return (await this.tables.modules.findVersion(idOf(id))) ?? null;
  }

  async tests(versionIds: readonly string[]): Promise<ReadonlyMap<string, readonly ModuleTest[]>> {
    return grouped(await this.tables.modules.testsOf(versionIds), ({ versionId }) => versionId);
  }

  /** How many modules each of the pools tests; one without any is left out. */
  async countOfPools(poolIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.tables.stacks.countOfPools(poolIds, 'module');
  }

  async require(nameOrId: string): Promise<Module> {
    const module = await this.find(nameOrId);
    if (!module) throw notFound(nameOrId);
    return module;
  }

  private get tables(): Tables {
    return this.context.store.read;
  }
}

/** Whether the registry offers it. */
export const isOffered = ({ state, yankedAt }: ModuleVersionRecord): boolean => state === 'ACTIVE' && yankedAt === null;

/** Of those that the registry offers, the one with the highest number. */
export const currentOf = (versions: readonly ModuleVersionRecord[]): ModuleVersionRecord | undefined =>
  versions.filter(isOffered).sort((one, other) => compare(other.number, one.number))[0];

async function locked({ stacks }: Tables, id: string): Promise<StackRecord> {
  const stack = await stacks.lock(id);
  if (!stack) throw notFound(id);
  return stack;
}

/** @throws RequestError `malformed` of a repository of which only a folder is laid down: tests have the module around them */
function requireWhole({ repository }: StackRecord): void {
  if (repository?.sparse) throw malformed('sparse', 'a module is checked out as a whole: its tests lie beside it');
}

const notFound = (nameOrId: string): RequestError => new RequestError('not-found', `module ${nameOrId} not found`);

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
