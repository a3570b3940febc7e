import { audited, fieldsOf } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { LIMIT } from '../limits';
import type { Tables } from '../store';
import type { Dependency } from '../store/dependencies';
import type { StackDependency, StackRecord } from '../store/records';
import type { Change } from './change';
import type { PersonContext } from './context';
import { above, below, longestRow, wayUp } from './dependency-graph';
import { readyNextOf } from './next-run';
import { changeByPerson, personOperation } from './operation';
import { stackTopic } from './wakeups';

/*
 * Stacks that depend on others: a tracked run of a stack queues one of each stack that depends on it, over any number of
 * steps, and each of them waits for the runs of the stacks above it. One that ends without success cancels those that wait
 * for it. Runs of other kinds follow nobody, and nobody follows them.
 */

/** Lets tracked runs of a stack that are queued from now on follow those of another. @throws RequestError `malformed` */
export function depend(context: PersonContext, wanted: Dependency): Promise<StackDependency> {
  return changeByPerson(context, depending, { ...wanted, id: context.newId() });
}

const depending = personOperation('stack.depend', async (made: Change, wanted: Omit<StackDependency, 'createdAt'>) => {
  const { tx, now } = made;
  await tx.dependencies.holdAll();
  const known = await tx.dependencies.all();
  const { stackId, dependsOnStackId } = wanted;
  const names = await namesOf(tx, [stackId, dependsOnStackId, ...known.flatMap((one) => Object.values(one))]);
  for (const id of [stackId, dependsOnStackId]) {
    if (!names.has(id)) throw new RequestError('not-found', `stack ${id} not found`);
  }
  const refusal = refusalOf(wanted, known, (id) => names.get(id) ?? id);
  if (refusal !== undefined) throw malformed('dependsOnStackId', refusal);
  const dependency = { ...wanted, createdAt: now };
  await tx.dependencies.insert(dependency);
  await tellOf(made, dependency);
  const [name, dependsOn] = [stackId, dependsOnStackId].map((id) => names.get(id) ?? '');
  return audited(dependency, { object: { id: stackId, name: name! }, changes: fieldsOf({ dependsOn: dependsOn! }) });
});

async function namesOf({ stacks }: Tables, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map((await stacks.findAll([...new Set(ids)])).map(({ id, name }) => [id, name]));
}

/** Why a stack cannot depend on another; undefined when it can. */
export function refusalOf(
  wanted: Dependency,
  known: readonly Dependency[],
  name: (stackId: string) => string,
): string | undefined {
  const { stackId, dependsOnStackId } = wanted;
  const [stack, upstream] = [name(stackId), name(dependsOnStackId)];
  if (stackId === dependsOnStackId) return `stack ${stack} cannot depend on itself`;
  const upstreams = known.filter((one) => one.stackId === stackId).map((one) => one.dependsOnStackId);
  if (upstreams.includes(dependsOnStackId)) return `stack ${stack} depends on stack ${upstream} already`;
  const way = wayUp(known, dependsOnStackId, stackId);
  if (way) {
    const cycle = [stackId, ...way].map(name).join(' -> ');
    return `stack ${stack} cannot depend on stack ${upstream}, because that depends on ${stack}: ${cycle}`;
  }
  if (upstreams.length >= LIMIT.stackDependencies) {
    return `stack ${stack} depends on ${LIMIT.stackDependencies} stacks, and cannot on more`;
  }
  const all = [...known, { stackId, dependsOnStackId }];
  const tooWide = [dependsOnStackId, ...above(all, dependsOnStackId)].find(
    (id) => below(all, id).size > LIMIT.dependentStacks,
  );
  if (tooWide !== undefined) {
    return `more than ${LIMIT.dependentStacks} stacks would depend on stack ${name(tooWide)}, and each of its tracked runs would queue as many`;
  }
  if (longestRow(all) > LIMIT.stacksInARow) {
    return `stack ${stack} cannot depend on stack ${upstream}: there would be more than ${LIMIT.stacksInARow} stacks in a row, each of which depends on the one before`;
  }
  return undefined;
}

/** Runs that wait because of it wait for that no more. @throws RequestError `not-found` */
export function undepend(context: PersonContext, id: string): Promise<StackDependency> {
  return changeByPerson(context, undepending, id);
}

const undepending = personOperation('stack.undepend', async (made: Change, id: string) => {
  const { tx } = made;
  await tx.dependencies.holdAll();
  const dependency = await tx.dependencies.find(id);
  if (!dependency) throw new RequestError('not-found', `stack dependency ${id} not found`);
  await tx.dependencies.delete(id);
  await tx.stacks.hold(dependency.stackId);
  await tx.dependencies.endBetween(dependency);
  await readyNextOf(made, dependency.stackId);
  await tellOf(made, dependency);
  const { stackId, dependsOnStackId } = dependency;
  const names = await namesOf(tx, [stackId, dependsOnStackId]);
  return audited(dependency, {
    object: { id: stackId, name: names.get(stackId) ?? '' },
    changes: { dependsOn: { from: names.get(dependsOnStackId) ?? dependsOnStackId } },
  });
});

async function tellOf({ tx }: Change, { stackId, dependsOnStackId }: Dependency): Promise<void> {
  await tx.notify([stackTopic(stackId), stackTopic(dependsOnStackId)]);
}

/** Others could not run any more. @throws RequestError `malformed` that names them */
export async function refuseDependedOn({ dependencies, stacks }: Tables, stack: StackRecord): Promise<void> {
  const dependents = await dependencies.of('dependsOnStackId', [stack.id]);
  if (dependents.length === 0) return;
  const names = (await stacks.findAll(dependents.map(({ stackId }) => stackId))).map(({ name }) => name).sort();
  const [who, verb] = names.length === 1 ? [`stack ${names[0]}`, 'depends'] : [`stacks ${listed(names)}`, 'depend'];
  throw new RequestError(
    'malformed',
    `${who} ${verb} on stack ${stack.name}: remove that first (worker-pools stack dependency remove STACK ${stack.name}), then delete it`,
  );
}

const MOST_NAMES = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
