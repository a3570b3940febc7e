import type { TestQueue } from '../../support/queue';
import { mutation, type Door } from './doors';

export const REFERENCE = { outputName: 'vpc_id', inputName: 'TF_VAR_vpc_id' };

/** The stack depends on another. */
export async function dependencyIn(queue: TestQueue): Promise<string> {
  await queue.addStack('other');
  return (await queue.admin.addStackDependency('stack', 'other')).id;
}

/** And takes an output of it. */
export const referenceIn = async (queue: TestQueue): Promise<string> =>
  (await queue.admin.outputs.addReference(await dependencyIn(queue), REFERENCE)).id;

/** The doors to what stacks take of others. */
export const outputDoors = (queueNow: () => TestQueue): Readonly<Record<string, Door>> => ({
  'Mutation.stackDependenciesAddReference': mutation(
    'stack.map-output',
    '($id:ID!,$reference:StackDependencyReferenceInput!){stackDependenciesAddReference(stackDependencyID: $id, reference: $reference){id}}',
    async () => ({ id: await dependencyIn(queueNow()), reference: REFERENCE }),
  ),
  'Mutation.stackDependenciesUpdateReference': mutation(
    'stack.remap-output',
    '($reference:StackDependencyReferenceUpdateInput!){stackDependenciesUpdateReference(reference: $reference){id}}',
    async () => ({ reference: { ...REFERENCE, id: await referenceIn(queueNow()), triggerAlways: true } }),
  ),
  'Mutation.stackDependenciesDeleteReference': mutation(
    'stack.unmap-output',
    '($id:ID!){stackDependenciesDeleteReference(id: $id){id}}',
    async () => ({ id: await referenceIn(queueNow()) }),
  ),
});
