import type { StateLock, StateVersion } from '../store/records';
import { builder, seconds } from './builder';
import { mostOf } from './search';
import { Stack } from './stacks';

/** Versions where nobody says how many. */
const VERSIONS = 50;

const Version = builder.objectRef<StateVersion>('StateVersion').implement({
  description: 'A version of the state that the control plane keeps for a stack. Its content is at /api/v1.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'From 1 for each stack.' }),
    serial: t.float({
      nullable: true,
      description: 'As the state says.',
      resolve: ({ serial }) => serial,
    }),
    lineage: t.exposeString('lineage', { nullable: true }),
    bytes: t.exposeInt('bytes'),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    runId: t.exposeID('runId', { nullable: true, description: 'The run that wrote it; null for a person.' }),
    restoredFrom: t.exposeInt('restoredFrom', { nullable: true }),
  }),
});

const Lock = builder.objectRef<StateLock>('StateLock').implement({
  fields: (t) => ({
    id: t.exposeID('lockId'),
    runId: t.exposeID('runId', { description: 'The run whose tool holds it.' }),
    operation: t.string({ resolve: ({ info }) => info.Operation }),
    who: t.string({ resolve: ({ info }) => info.Who }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
  }),
});

builder.objectFields(Stack, (t) => ({
  stateVersion: t.field({
    type: Version,
    nullable: true,
    description: 'The newest version of its state; null when the control plane has none.',
    resolve: ({ id }, _args, { admin }) => admin.states.newest(id),
  }),
  stateVersions: t.field({
    type: [Version],
    description: `Newest first, ${VERSIONS} unless said otherwise.`,
    args: { first: t.arg.int() },
    resolve: ({ id }, { first }, { admin }) => admin.states.versions(id, mostOf(first) ?? VERSIONS),
  }),
  stateLock: t.field({
    type: Lock,
    nullable: true,
    description: 'Who has locked its state; null when nobody has, or only a run that has ended.',
    resolve: ({ id }, _args, { admin }) => admin.states.lock(id),
  }),
}));

builder.mutationFields((t) => ({
  stackStateRestore: t.field({
    type: Version,
    access: 'state:write',
    action: 'state.restore',
    description: 'Makes a former version of the state the newest one. Refused while a run has locked it.',
    args: { stack: t.arg.id({ required: true }), version: t.arg.int({ required: true }) },
    resolve: (_root, { stack, version }, { admin }) => admin.states.restore(stack, version),
  }),
  stackStateUnlock: t.field({
    type: Lock,
    access: 'state:write',
    action: 'state.unlock',
    description: 'Takes the lock of the state from whoever holds it, and tells who that was.',
    args: { stack: t.arg.id({ required: true }) },
    resolve: (_root, { stack }, { admin }) => admin.states.unlock(stack),
  }),
}));
