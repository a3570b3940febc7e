import type { AdminService } from '../../admin/admin-service';
import { RequestError } from '../../errors';
import type { Form, Ids } from './form';
import { question, requireStack } from './question';

/** Stacks that a line is completed to. */
const MOST_SUGGESTIONS = 500;

const add: Form = {
  path: '/stacks/:id/dependencies/new',
  action: 'stack.depend',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { id, name } = await requireStack(admin, ids);
    const known = new Set((await admin.stackDependencies('stackId', [id])).map((one) => one.dependsOnStackId));
    const others = (await admin.stacks()).filter((stack) => stack.id !== id && !known.has(stack.id));
    return {
      title: `Let stack ${name} depend on another`,
      sentence: `A tracked run of that stack, once it is queued, queues one of ${name}, which waits for it.`,
      fields: [
        {
          name: 'dependsOnStackId',
          label: 'Stack that it depends on',
          hint: 'Its name or id.',
          isRequired: true,
          suggestions: others.slice(0, MOST_SUGGESTIONS).map((stack) => stack.name),
        },
      ],
      button: 'Add',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.addStackDependency(id, values.line('dependsOnStackId'));
    return { goTo: `/stacks/${id}` };
  },
};

async function dependencyOf(admin: AdminService, ids: Ids): Promise<string> {
  const { id, name } = await requireStack(admin, ids);
  const all = await admin.stackDependencies('stackId', [id]);
  const dependency = all.find((one) => one.id === ids.dependency);
  if (!dependency)
    throw new RequestError('not-found', `stack ${name} has no such dependency; somebody may have removed it`);
  const [upstream] = await admin.stacksById([dependency.dependsOnStackId]);
  return `stack ${name} on stack ${upstream?.name ?? dependency.dependsOnStackId}`;
}

export const DEPENDENCY_FORMS: readonly Form[] = [
  add,
  question({
    path: '/stacks/:id/dependencies/:dependency/delete',
    action: 'stack.undepend',
    right: 'stack:write',
    of: dependencyOf,
    title: (of) => `Remove the dependency of ${of}?`,
    sentence: 'Its tracked runs follow no longer, and those that wait because of it wait no more.',
    button: 'Remove',
    perform: (admin, { dependency = '' }) => admin.deleteStackDependency(dependency),
    back: ({ id }) => `/stacks/${id}`,
  }),
];
