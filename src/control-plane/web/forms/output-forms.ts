import type { AdminService } from '../../admin/admin-service';
import { RequestError } from '../../errors';
import type { Form, Ids } from './form';
import { question, requireStack } from './question';

const add: Form = {
  path: '/stacks/:id/dependencies/:dependency/outputs/new',
  action: 'stack.map-output',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { id, name } = await requireStack(admin, ids);
    const { upstreamId, upstream } = await dependencyOf(admin, ids, id, name);
    const known = (await admin.outputs.of([upstreamId])).get(upstreamId)?.outputs ?? [];
    return {
      title: `Let stack ${name} take an output of ${upstream}`,
      sentence: `Runs of ${name} that start from then on have it in their environment.`,
      fields: [
        {
          name: 'outputName',
          label: 'Output',
          isRequired: true,
          suggestions: known.map((output) => output.name),
          ...(known.length === 0 && { hint: `No run of ${upstream} has told any yet.` }),
        },
        {
          name: 'inputName',
          label: 'Variable',
          hint: 'TF_VAR_size, for example, for a variable size of OpenTofu.',
          isRequired: true,
        },
        {
          name: 'triggerAlways',
          label: 'Run though the output has not changed',
          kind: 'check',
        },
      ],
      button: 'Add',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '', dependency = '' }, values) => {
    await admin.outputs.addReference(dependency, {
      outputName: values.line('outputName'),
      inputName: values.line('inputName'),
      triggerAlways: values.isChecked('triggerAlways'),
    });
    return { goTo: `/stacks/${id}` };
  },
};

async function dependencyOf(admin: AdminService, ids: Ids, stackId: string, name: string) {
  const all = await admin.stackDependencies('stackId', [stackId]);
  const dependency = all.find((one) => one.id === ids.dependency);
  if (!dependency)
    throw new RequestError('not-found', `stack ${name} has no such dependency; somebody may have removed it`);
  const { dependsOnStackId: upstreamId } = dependency;
  const [upstream] = await admin.stacksById([upstreamId]);
  return { upstreamId, upstream: upstream?.name ?? upstreamId };
}

async function referenceOf(admin: AdminService, ids: Ids): Promise<string> {
  const { id, name } = await requireStack(admin, ids);
  const dependencies = await admin.stackDependencies('stackId', [id]);
  const all = await admin.outputs.references(dependencies.map((one) => one.id));
  const reference = all.find((one) => one.id === ids.reference);
  if (!reference)
    throw new RequestError('not-found', `stack ${name} takes no such output; somebody may have removed it`);
  return `${reference.inputName} of stack ${name}`;
}

export const OUTPUT_FORMS: readonly Form[] = [
  add,
  question({
    path: '/stacks/:id/outputs/:reference/delete',
    action: 'stack.unmap-output',
    right: 'stack:write',
    of: referenceOf,
    title: (of) => `Take no output as ${of} any more?`,
    sentence: 'Runs that start from then on do not have it.',
    button: 'Remove',
    perform: (admin, { reference = '' }) => admin.outputs.deleteReference(reference),
    back: ({ id }) => `/stacks/${id}`,
  }),
];
