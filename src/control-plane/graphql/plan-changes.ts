import {
  PLAN_ACTIONS,
  type ChangeCounts,
  type PlanAction,
  type PlanChanges,
  type PlannedChange,
} from '../store/plan-changes';
import { builder } from './builder';
import { Run } from './runs';

const Action = builder.enumType('PlanAction', {
  description: 'What a plan does to a resource or an output; IMPORT and MOVE where it does nothing else.',
  values: Object.fromEntries(PLAN_ACTIONS.map((value) => [value.toUpperCase(), { value }])) as Record<
    Uppercase<PlanAction>,
    { readonly value: PlanAction }
  >,
});

const Delta = builder.objectRef<ChangeCounts>('RunDelta').implement({
  description:
    'How much the plan of a run changes. What is replaced counts as added and as deleted, as the tool counts.',
  fields: (t) => ({
    addCount: t.int({ resolve: ({ create, replace }) => create + replace }),
    changeCount: t.exposeInt('update'),
    deleteCount: t.int({ resolve: ({ delete: deleted, replace }) => deleted + replace }),
    replaceCount: t.exposeInt('replace'),
    importCount: t.exposeInt('import'),
    forgetCount: t.exposeInt('forget'),
    moveCount: t.exposeInt('move'),
    driftCount: t.exposeInt('drift', { description: 'Resources that were changed outside of the stack.' }),
    outputCount: t.exposeInt('outputs'),
    resources: t.exposeInt('resources', { description: 'Resources that the stack manages once the plan is applied.' }),
  }),
});

const Metadata = builder.objectRef<PlannedChange>('RunChangesResourceMetadata').implement({
  fields: (t) => ({
    type: t.expose('action', { type: Action }),
    imported: t.boolean({ resolve: ({ imported = false }) => imported }),
    deposed: t.boolean({
      description: 'Whether it is an object that was replaced before and could not be deleted then.',
      resolve: ({ deposed = false }) => deposed,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why, in a word of the tool, such as replace_because_tainted.',
      resolve: ({ reason }) => reason ?? null,
    }),
    replacedFor: t.stringList({
      description: 'Names of the attributes that cannot be changed without replacing it.',
      resolve: ({ replacedFor = [] }) => replacedFor,
    }),
  }),
});

const Resource = builder.objectRef<PlannedChange>('RunChangesResource').implement({
  fields: (t) => ({
    address: t.exposeString('address'),
    previousAddress: t.string({
      description: 'Where it was before; its address, if it does not move.',
      resolve: ({ address, previousAddress = address }) => previousAddress,
    }),
    metadata: t.field({ type: Metadata, resolve: (change) => change }),
  }),
});

const Drifted = builder.objectRef<PlanChanges['drift'][number]>('RunDrift').implement({
  fields: (t) => ({ address: t.exposeString('address'), type: t.expose('action', { type: Action }) }),
});

const Output = builder.objectRef<PlanChanges['outputs'][number]>('RunChangedOutput').implement({
  fields: (t) => ({ name: t.exposeString('name'), type: t.expose('action', { type: Action }) }),
});

const Changes = builder.objectRef<PlanChanges>('RunChanges').implement({
  description: 'What the plan of a run changes: addresses and names, never a value.',
  fields: (t) => ({
    resources: t.field({ type: [Resource], resolve: ({ changes }) => changes }),
    drift: t.field({
      type: [Drifted],
      description: 'What was changed outside of the stack since its last run.',
      resolve: ({ drift }) => drift,
    }),
    outputs: t.field({ type: [Output], resolve: ({ outputs }) => outputs }),
    isCut: t.exposeBoolean('isCut', { description: 'Whether there is more than the lists show.' }),
  }),
});

const ChangesInput = builder.inputType('RunChangesInput', {
  fields: (t) => ({
    types: t.field({ type: [Action], description: 'Resources to which these happen. All otherwise.' }),
  }),
});

builder.objectFields(Run, (t) => ({
  delta: t.field({
    type: Delta,
    nullable: true,
    description: 'Null while nothing is known: the plan has not ended, changes nothing, or could not be read.',
    resolve: ({ id }, _args, { lookups }) => lookups.changeCounts.load(id),
  }),
  changesV3: t.field({
    type: [Changes],
    description: 'What the plan changes, as one entry; none while nothing is known.',
    args: { input: t.arg({ type: ChangesInput, required: true }) },
    resolve: async ({ id }, { input: { types } }, { admin }) => {
      const all = await admin.plans.changes(id);
      if (!all) return [];
      return [types ? { ...all, changes: all.changes.filter(({ action }) => types.includes(action)) } : all];
    },
  }),
}));
