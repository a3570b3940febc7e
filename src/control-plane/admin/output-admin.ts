import { environmentProblems } from '../../protocol/environment';
import { OutputName } from '../../protocol/messages';
import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { LIMIT } from '../limits';
import { idOf } from '../names';
import type { PersonContext } from '../queue/context';
import { stackTopic } from '../queue/wakeups';
import type { Transaction } from '../store';
import { isUniqueViolation } from '../store/database/database';
import type { StackOutputs } from '../store/outputs';
import type { StackDependency, StackDependencyReference, StackRecord } from '../store/records';

/** Which output a stack takes, and as what. */
export interface WantedReference {
  readonly outputName: string;
  /** Name of the variable. */
  readonly inputName: string;
  /** Whether runs follow though the output has not changed. @default false */
  readonly triggerAlways?: boolean | undefined;
}

/** Outputs of stacks, and which of them other stacks take. */
export class OutputAdmin {
  constructor(private readonly context: PersonContext) {}

  /** Those of stacks, with the values of sensitive ones: who shows them asks for the right. A stack of which none are known is left out. */
  of(stackIds: readonly string[]): Promise<ReadonlyMap<string, StackOutputs>> {
    return this.context.store.read.outputs.of(stackIds);
  }

  /** What is taken by dependencies, by the names of the variables. */
  references(dependencyIds: readonly string[]): Promise<readonly StackDependencyReference[]> {
    return this.context.store.read.references.ofDependencies(dependencyIds);
  }

  /** Counts for runs that start from now on. */
  async addReference(dependencyId: string, input: WantedReference): Promise<StackDependencyReference> {
    const { newId, now } = this.context;
    const wanted = checked(input);
    const add = async (tx: Transaction) => {
      const { dependency, stack, upstream } = await lockedDependency(tx, idOf(dependencyId));
      if ((await tx.references.countOfStack(stack.id)) >= LIMIT.dependencyReferences) {
        throw malformed(
          'outputName',
          `stack ${stack.name} takes ${LIMIT.dependencyReferences} outputs of others, and cannot more`,
        );
      }
      const known = { id: newId(), dependencyId: dependency.id, stackId: stack.id };
      const reference = { ...known, ...wanted, changedAt: now() };
      await tx.references.insert(reference);
      await tellOf(tx, dependency);
      return audited(reference, { object: stack, changes: fieldsOf(auditable(reference, upstream)) });
    };
    return takenOnce(wanted, auditedTransaction(this.context, 'stack.map-output', add));
  }

  async updateReference(id: string, input: WantedReference): Promise<StackDependencyReference> {
    const { now } = this.context;
    const wanted = checked(input);
    const update = async (tx: Transaction) => {
      const before = await found(tx, id);
      const { dependency, stack, upstream } = await lockedDependency(tx, before.dependencyId);
      const after = { ...before, ...wanted, changedAt: now() };
      const [was, is] = [auditable(before, upstream), auditable(after, upstream)];
      const changes = differences(was, is, ['output', 'variable', 'triggerAlways']);
      if (Object.keys(changes).length === 0) return unchanged(before);
      await tx.references.update(after);
      await tellOf(tx, dependency);
      return audited(after, { object: stack, changes });
    };
    return takenOnce(wanted, auditedTransaction(this.context, 'stack.remap-output', update));
  }

  /** Runs that start from now on have the variable no more. */
  deleteReference(id: string): Promise<StackDependencyReference> {
    return auditedTransaction(this.context, 'stack.unmap-output', async (tx) => {
      const reference = await found(tx, id);
      const { dependency, stack } = await lockedDependency(tx, reference.dependencyId);
      await tx.references.delete(reference.id);
      await tellOf(tx, dependency);
      return audited(reference, { object: stack, changes: { variable: { from: reference.inputName } } });
    });
  }
}

function checked({ outputName, inputName, triggerAlways = false }: WantedReference) {
  if (!OutputName.safeParse(outputName).success) {
    throw malformed(
      'outputName',
      `${JSON.stringify(outputName.slice(0, 100))} is no name of an output: letters, digits, _ and -, with a letter or _ first`,
    );
  }
  const [problem] = environmentProblems({ [inputName]: '' });
  if (problem) throw malformed('inputName', problem.sentence);
  return { outputName, inputName, triggerAlways };
}

async function takenOnce<T>({ inputName }: WantedReference, change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw malformed('inputName', `the stack takes an output as ${inputName} already: change or remove that first`);
  }
}

async function found({ references }: Transaction, id: string): Promise<StackDependencyReference> {
  const reference = await references.find(idOf(id));
  if (!reference) throw new RequestError('not-found', `stack dependency reference ${id} not found`);
  return reference;
}

/** The stack is held, so that one after the other changes what it takes. */
async function lockedDependency({ dependencies, stacks }: Transaction, id: string) {
  const dependency = await dependencies.find(id);
  const stack = dependency && (await stacks.lock(dependency.stackId));
  if (!dependency || !stack) throw new RequestError('not-found', `stack dependency ${id} not found`);
  const [upstream] = await stacks.findAll([dependency.dependsOnStackId]);
  return { dependency, stack, upstream };
}

const auditable = (
  { outputName, inputName, triggerAlways }: StackDependencyReference,
  upstream: StackRecord | undefined,
) => ({ dependsOn: upstream?.name ?? '', output: outputName, variable: inputName, triggerAlways });

const tellOf = (tx: Transaction, { stackId, dependsOnStackId }: StackDependency): Promise<void> =>
  tx.notify([stackTopic(stackId), stackTopic(dependsOnStackId)]);
