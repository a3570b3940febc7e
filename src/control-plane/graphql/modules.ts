import { builder } from './builder';
import { pageOf, pagesOf, SearchInput } from './search';
import { Space } from './spaces';
import { WorkerPool } from './worker-pools';

/** There are none: no value is of this type. */
const none = (): never => {
  throw new Error('there are no modules');
};

const ModuleVersion = builder.objectRef<never>('ModuleVersion').implement({
  fields: (t) => ({
    id: t.id({ resolve: none }),
    number: t.string({ resolve: none }),
    state: t.string({ resolve: none }),
    yanked: t.boolean({ resolve: none }),
  }),
});

const Module = builder.objectRef<never>('Module').implement({
  description: 'A module of a registry. This control plane has none: it runs stacks only.',
  fields: (t) => ({
    id: t.id({ resolve: none }),
    name: t.string({ resolve: none }),
    description: t.string({ nullable: true, resolve: none }),
    labels: t.stringList({ resolve: none }),
    namespace: t.string({ resolve: none }),
    repository: t.string({ resolve: none }),
    branch: t.string({ resolve: none }),
    projectRoot: t.string({ nullable: true, resolve: none }),
    provider: t.string({ resolve: none }),
    terraformProvider: t.string({ resolve: none }),
    apiHost: t.string({ nullable: true, resolve: none }),
    administrative: t.boolean({ resolve: none }),
    canWrite: t.boolean({ resolve: none }),
    isDisabled: t.boolean({ resolve: none }),
    localPreviewEnabled: t.boolean({ resolve: none }),
    starred: t.boolean({ resolve: none }),
    createdAt: t.int({ resolve: none }),
    current: t.field({ type: ModuleVersion, nullable: true, resolve: none }),
    spaceDetails: t.field({ type: Space, resolve: none }),
    workerPool: t.field({ type: WorkerPool, nullable: true, resolve: none }),
  }),
});

const Modules = pagesOf('Modules', Module, 'Module');

builder.queryFields((t) => ({
  module: t.field({
    type: Module,
    access: 'stack:read',
    nullable: true,
    description: 'Null: there are no modules.',
    args: { id: t.arg.id({ required: true }) },
    resolve: () => null,
  }),
  searchModules: t.field({
    type: Modules,
    access: 'stack:read',
    description: 'Empty: there are no modules.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    // Whatever is looked for: spacectl orders them by fields of its own.
    resolve: (_root, { input }) => pageOf<never>(input, () => []),
  }),
}));
