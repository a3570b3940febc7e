import { audited, fieldsOf } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import type { ModuleVersionRecord } from '../store/modules';
import { isGitSource } from '../store/source-names';
import type { Change } from './change';
import type { PersonContext } from './context';
import { changeByPerson, personOperation } from './operation';
import { enqueue } from './person-operations';

export interface NewVersion {
  readonly moduleId: string;
  readonly number: string;
  /** Of a module whose source is a repository. */
  readonly commitSha: string | null;
  /** The upload that is meant. @default - whatever the module has */
  readonly source?: string | undefined;
  /** Folders inside the source, each of which is tested by a run. */
  readonly tests: readonly string[];
}

/** Makes a version of the source that a module has now, and queues its tests. @throws RequestError `malformed` */
export function createVersion(context: PersonContext, wanted: NewVersion): Promise<ModuleVersionRecord> {
  const tests = wanted.tests.map((projectRoot) => ({ runId: context.newId(), projectRoot }));
  return changeByPerson(context, creating, { ...wanted, id: context.newId(), tests });
}

interface Creating extends Omit<NewVersion, 'tests'> {
  readonly id: string;
  readonly tests: readonly { readonly runId: string; readonly projectRoot: string }[];
}

const creating = personOperation('module.create-version', async (made: Change, wanted: Creating) => {
  const { tx, now } = made;
  const { id, moduleId, number, commitSha, tests } = wanted;
  const stack = await tx.stacks.lock(moduleId);
  if (stack?.kind !== 'module') throw new RequestError('not-found', `module ${moduleId} not found`);
  const { name, source, repository, projectRoot } = stack;
  if (source === null) {
    throw malformed('source', `module ${name} has no source yet: upload one, or name a git repository, first`);
  }
  if (wanted.source !== undefined && wanted.source !== source) {
    const other = `module ${name} has another source by now: somebody else uploaded one meanwhile, upload yours again`;
    throw new RequestError('conflict', other);
  }
  if (isGitSource(source) !== (commitSha !== null)) throw malformed('commitSha', commitRule(name, commitSha));
  const taken = (await tx.modules.versionsOf([moduleId])).find(
    (version) => version.number === number && version.state !== 'FAILED',
  );
  if (taken) {
    const rule = 'a version stays what it is; take another number';
    throw malformed('number', `module ${name} has a version ${number} already (${taken.state}): ${rule}`);
  }
  const version = { id, moduleId, number, state: 'PENDING', source, commitSha, projectRoot, createdAt: now } as const;
  await tx.modules.insertVersion({ ...version, repository: repository?.url ?? null });
  await tx.modules.insertTests(tests.map((test) => ({ ...test, versionId: id })));
  for (const test of tests) {
    const config = { projectRoot: test.projectRoot, commitSha };
    await enqueue(made, { id: test.runId, stack, type: 'TESTING', autoDeploy: true, config });
  }
  made.stackChanged(moduleId);
  const folders = tests.map((test) => test.projectRoot || '.');
  return audited((await tx.modules.findVersion(id))!, {
    object: stack,
    changes: fieldsOf({ number, commitSha, source, tests: folders }),
  });
});

const commitRule = (name: string, commitSha: string | null): string =>
  commitSha === null
    ? `the source of module ${name} is a git repository: name the commit of the version, so that it stays what it is`
    : `the source of module ${name} is uploaded: leave the commit out`;

/** Offers a version no more. @throws RequestError `not-found`, or `malformed` of one that is no version to be had */
export function yankVersion(context: PersonContext, versionId: string, note: string): Promise<ModuleVersionRecord> {
  return changeByPerson(context, yanking, { versionId, note: note || null });
}

const yanking = personOperation(
  'module.yank-version',
  async (made: Change, { versionId, note }: { versionId: string; note: string | null }) => {
    const { tx, now } = made;
    const version = await tx.modules.lockVersion(versionId);
    const stack = version && (await tx.stacks.lock(version.moduleId));
    if (!version || !stack) throw new RequestError('not-found', `version ${versionId} of a module not found`);
    const { number, state, yankedAt } = version;
    if (state !== 'ACTIVE' || yankedAt !== null) {
      const what = yankedAt === null ? state : 'yanked already';
      throw malformed('id', `version ${number} of module ${stack.name} is ${what}: only one that is ACTIVE is offered`);
    }
    await tx.modules.yank(versionId, now, note);
    made.stackChanged(stack.id);
    return audited(
      { ...version, yankedAt: now, yankNote: note },
      {
        object: stack,
        changes: fieldsOf({ number, note }),
      },
    );
  },
);
