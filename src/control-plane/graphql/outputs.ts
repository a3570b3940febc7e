import type { WantedReference } from '../admin/output-admin';
import { malformed } from '../errors';
import { idOf } from '../names';
import type { Output } from '../store/outputs';
import type { StackDependencyReference } from '../store/records';
import { builder, seconds } from './builder';
import { StackDependency } from './stack-dependencies';
import { Stack } from './stacks';

/** The one way in which an output reaches a stack. */
const TYPE = 'ENVIRONMENT_VARIABLE';

const StackOutput = builder.objectRef<Output>('StackOutput').implement({
  description: 'An output of the newest run that told them.',
  fields: (t) => ({
    id: t.exposeID('name', { description: 'Its name.' }),
    description: t.string({ description: 'Empty: the tool does not tell it with the values.', resolve: () => '' }),
    sensitive: t.exposeBoolean('sensitive'),
    value: t.string({
      nullable: true,
      description: 'JSON; null for a sensitive one, and where it is withheld.',
      resolve: ({ sensitive, value }) => (sensitive ? null : value),
    }),
    sensitiveValue: t.string({
      access: 'state:read',
      nullable: true,
      description: 'JSON, whether it is sensitive or not; null where it is withheld.',
      resolve: ({ value }) => value,
    }),
    withheld: t.string({
      nullable: true,
      description: 'Why the value stayed in the run Pod: sensitive (the pool does not let it out) or too-large.',
      resolve: ({ withheld }) => withheld ?? null,
    }),
  }),
});

builder.objectFields(Stack, (t) => ({
  outputs: t.field({
    type: [StackOutput],
    description: 'By name; none where no run has told any. At most 500 are taken.',
    resolve: async ({ id }, _args, { lookups }) => byName((await lookups.outputs.load(id))?.outputs ?? []),
  }),
  outputsRunId: t.id({
    nullable: true,
    description: 'The run that told the outputs; null where none has.',
    resolve: async ({ id }, _args, { lookups }) => (await lookups.outputs.load(id))?.runId ?? null,
  }),
  outputsTakenAt: t.int({
    nullable: true,
    description: 'When it did.',
    resolve: async ({ id }, _args, { lookups }) => {
      const outputs = await lookups.outputs.load(id);
      return outputs ? seconds(outputs.takenAt) : null;
    },
  }),
}));

const byName = (outputs: readonly Output[]): Output[] => [...outputs].sort((a, b) => (a.name < b.name ? -1 : 1));

const Reference = builder.objectRef<StackDependencyReference>('StackDependencyReference').implement({
  description: 'A stack has an output of the other in its environment.',
  fields: (t) => ({
    id: t.exposeID('id'),
    outputName: t.exposeString('outputName'),
    inputName: t.exposeString('inputName', { description: 'Name of the variable.' }),
    type: t.string({ description: `Always ${TYPE}.`, resolve: () => TYPE }),
    triggerAlways: t.exposeBoolean('triggerAlways', {
      description: 'Whether its runs follow though the output has not changed.',
    }),
  }),
});

builder.objectFields(StackDependency, (t) => ({
  references: t.field({
    type: [Reference],
    description: 'The outputs that the one stack takes of the other, by the names of the variables.',
    resolve: async ({ id }, _args, { lookups }) => [...(await lookups.references.load(id))],
  }),
  reference: t.field({
    type: Reference,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (dependency, { id }, { lookups }) =>
      (await lookups.references.load(dependency.id)).find((one) => one.id === idOf(id)) ?? null,
  }),
}));

interface ReferenceInput {
  readonly outputName: string;
  readonly inputName: string;
  readonly type?: string | null;
  readonly triggerAlways?: boolean | null;
}

const NewReference = builder.inputRef<ReferenceInput>('StackDependencyReferenceInput').implement({
  fields: (t) => ({
    outputName: t.string({ required: true }),
    inputName: t.string({ required: true }),
    type: t.string({ description: `${TYPE}, which is what is meant where nothing is said.` }),
    triggerAlways: t.boolean(),
  }),
});

const ReferenceUpdate = builder
  .inputRef<ReferenceInput & { readonly id: string }>('StackDependencyReferenceUpdateInput')
  .implement({
    fields: (t) => ({
      id: t.id({ required: true }),
      outputName: t.string({ required: true }),
      inputName: t.string({ required: true }),
      type: t.string(),
      triggerAlways: t.boolean(),
    }),
  });

function wanted({ outputName, inputName, type, triggerAlways }: ReferenceInput): WantedReference {
  if (typeof type === 'string' && type !== TYPE) {
    throw malformed('type', `an output can be taken as ${TYPE} only, not as ${type.slice(0, 100)}`);
  }
  return { outputName, inputName, triggerAlways: triggerAlways ?? false };
}

builder.mutationFields((t) => ({
  stackDependenciesAddReference: t.field({
    type: Reference,
    access: 'stack:write',
    action: 'stack.map-output',
    description: 'From the next run that starts the stack has the output in its environment.',
    args: { stackDependencyID: t.arg.id({ required: true }), reference: t.arg({ type: NewReference, required: true }) },
    resolve: (_root, { stackDependencyID, reference }, { admin }) =>
      admin.outputs.addReference(stackDependencyID, wanted(reference)),
  }),
  stackDependenciesUpdateReference: t.field({
    type: Reference,
    access: 'stack:write',
    action: 'stack.remap-output',
    args: { reference: t.arg({ type: ReferenceUpdate, required: true }) },
    resolve: (_root, { reference }, { admin }) => admin.outputs.updateReference(reference.id, wanted(reference)),
  }),
  stackDependenciesDeleteReference: t.field({
    type: Reference,
    access: 'stack:write',
    action: 'stack.unmap-output',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.outputs.deleteReference(id),
  }),
}));
