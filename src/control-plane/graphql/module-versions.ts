import type { ModuleTest as ModuleTestRecord, ModuleVersionRecord } from '../store/modules';
import { builder, seconds } from './builder';
import { Run } from './runs';

const ModuleVersionState = builder.enumType('ModuleVersionState', { values: ['PENDING', 'ACTIVE', 'FAILED'] as const });

const ModuleTest = builder.objectRef<ModuleTestRecord>('ModuleTest').implement({
  description: 'A run that makes what a folder of a version makes, and destroys it.',
  fields: (t) => ({
    projectRoot: t.exposeString('projectRoot', { description: 'Folder inside the source.' }),
    passed: t.exposeBoolean('passed', { nullable: true, description: 'Null: it has not ended.' }),
    runId: t.exposeID('runId'),
    run: t.field({
      type: Run,
      nullable: true,
      description: 'Null: it is kept no more.',
      resolve: ({ runId }, _args, { admin }) => admin.run(runId),
    }),
  }),
});

export const ModuleVersion = builder.objectRef<ModuleVersionRecord>('ModuleVersion').implement({
  description: 'A source of a module under a number, with what its tests found. It stays what it is.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', {
      description: 'Such as 1.2.3. Of those that did not fail, one of a module has it.',
    }),
    state: t.expose('state', {
      type: ModuleVersionState,
      description:
        'PENDING while tests go on; ACTIVE when all have passed: the registry offers it; FAILED: one has not.',
    }),
    yanked: t.boolean({
      description: 'Whether the registry offers it no more, though it is ACTIVE.',
      resolve: ({ yankedAt }) => yankedAt !== null,
    }),
    yankNote: t.exposeString('yankNote', { nullable: true }),
    commitSha: t.exposeString('commitSha', { nullable: true, description: 'Null: its source was uploaded.' }),
    projectRoot: t.exposeString('projectRoot', { description: 'Folder inside the source that is the module.' }),
    tests: t.field({
      type: [ModuleTest],
      resolve: async ({ id }, _args, { lookups }) => [...(await lookups.moduleTests.load(id))],
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
  }),
});

builder.mutationFields((t) => ({
  moduleVersionCreate: t.field({
    type: ModuleVersion,
    access: 'source:write',
    action: 'module.create-version',
    description:
      'Of the source that the module has now; queues a test of each folder. A number that failed may be tried again.',
    args: {
      module: t.arg.id({ required: true, description: 'Its id, or space, name and provider: legacy/network/aws.' }),
      number: t.arg.string({ required: true, description: 'Such as 1.2.3.' }),
      commitSha: t.arg.string({
        description: 'The whole hash; a module whose source is a git repository needs it, and no other has one.',
      }),
      source: t.arg.string({
        description: 'Name of the upload that is meant: refused where the module has another by now.',
      }),
      tests: t.arg.stringList({
        description: "Folders inside the source, such as examples/basic; the module's project root unless given.",
      }),
    },
    resolve: (_root, args, { admin }) => admin.modules.createVersion(args),
  }),
  moduleVersionYank: t.field({
    type: ModuleVersion,
    access: 'source:write',
    action: 'module.yank-version',
    description: 'The registry offers it no more: `init` fails where it is not in place already. For good.',
    args: { id: t.arg.id({ required: true }), note: t.arg.string() },
    resolve: (_root, { id, note }, { admin }) => admin.modules.yankVersion(id, note ?? ''),
  }),
}));
