import { currentOf, type Module as ModuleOfAdmin } from '../admin/module-admin';
import { mayUse } from '../identity/rights';
import { mentions } from '../mentions';
import { builder, requireUser, seconds } from './builder';
import { isGiven } from './given';
import { ModuleTool } from './module-settings';
import { ModuleVersion } from './module-versions';
import { RepositorySettings } from './repositories';
import { pageOf, pagesOf, SearchInput } from './search';
import { Space } from './spaces';
import { WorkerPool } from './worker-pools';

/** One that Ansible runs is no module. */
const toolOf = ({ stack }: ModuleOfAdmin) => (stack.tool === 'TERRAFORM' ? 'TERRAFORM' : 'OPENTOFU');

export const Module = builder.objectRef<ModuleOfAdmin>('Module').implement({
  description: 'A module of the registry, whose versions are tested by runs of its pool.',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    terraformProvider: t.exposeString('provider', { description: 'As sources name it: SPACE/NAME/PROVIDER.' }),
    registryPath: t.string({
      description: 'As sources name it, behind the host: SPACE/NAME/PROVIDER.',
      resolve: ({ stack }) => stack.name,
    }),
    description: t.exposeString('description', { nullable: true }),
    labels: t.exposeStringList('labels'),
    space: t.exposeID('space'),
    spaceDetails: t.field({ type: Space, resolve: ({ space }) => space }),
    workerPool: t.field({
      type: WorkerPool,
      nullable: true,
      description: 'That tests its versions; null: it was deleted.',
      resolve: ({ stack }, _args, { lookups }) => lookups.pools.load(stack.poolId),
    }),
    tool: t.field({ type: ModuleTool, resolve: toolOf }),
    toolVersion: t.string({
      nullable: true,
      description: 'The release that tests get, such as 1.10.6. Null: what the runner image has.',
      resolve: ({ stack }) => stack.toolVersion,
    }),
    projectRoot: t.string({ nullable: true, resolve: ({ stack }) => stack.projectRoot }),
    runnerImage: t.string({ nullable: true, resolve: ({ stack }) => stack.runnerImage }),
    environment: t.stringList({
      description: "Names of its environment's variables; their values are not told.",
      resolve: ({ id }, _args, { lookups }) => lookups.environmentNames.load(id),
    }),
    hasSource: t.boolean({
      description: 'Whether a source was uploaded, or it has a git repository; without one it can have no version.',
      resolve: ({ stack }) => stack.source !== null,
    }),
    repository: t.string({
      description: 'URL of its git repository. Empty: sources are uploaded.',
      resolve: ({ stack }) => stack.repository?.url ?? '',
    }),
    branch: t.string({
      description: 'Empty: sources are uploaded.',
      resolve: ({ stack }) => stack.repository?.branch ?? '',
    }),
    repositorySettings: t.field({
      type: RepositorySettings,
      nullable: true,
      description: 'Null: sources are uploaded.',
      resolve: ({ stack }) => stack.repository && { stack, repository: stack.repository },
    }),
    provider: t.string({
      description: 'Where its source is: GIT, or empty where it is uploaded.',
      resolve: ({ stack }) => (stack.repository ? 'GIT' : ''),
    }),
    namespace: t.string({ description: 'Empty: repositories have none here.', resolve: () => '' }),
    apiHost: t.string({ nullable: true, description: 'Null: no git host is integrated.', resolve: () => null }),
    administrative: t.boolean({ description: 'False: runs have no rights here.', resolve: () => false }),
    canWrite: t.boolean({
      description: 'Whether whoever asks may change it.',
      resolve: (_module, _args, context) => mayUse(requireUser(context), 'stack:write'),
    }),
    isDisabled: t.boolean({ description: 'False: modules are not disabled here.', resolve: () => false }),
    localPreviewEnabled: t.boolean({ description: 'False: there is none for modules.', resolve: () => false }),
    starred: t.boolean({ description: 'False: nobody has favourites here.', resolve: () => false }),
    createdAt: t.int({ resolve: ({ stack }) => seconds(stack.createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
    current: t.field({
      type: ModuleVersion,
      nullable: true,
      description: 'The version with the highest number of those that the registry offers.',
      resolve: async ({ id }, _args, { lookups }) => currentOf(await lookups.moduleVersions.load(id)) ?? null,
    }),
    versions: t.field({
      type: [ModuleVersion],
      description: 'Newest first, failed and yanked ones among them.',
      resolve: async ({ id }, _args, { lookups }) => [...(await lookups.moduleVersions.load(id))],
    }),
  }),
});

const Modules = pagesOf('Modules', Module, 'Module');

builder.queryFields((t) => ({
  module: t.field({
    type: Module,
    access: 'stack:read',
    nullable: true,
    description: 'By its id, or by space, name and provider: legacy/network/aws.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.modules.find(id),
  }),
  modules: t.field({
    type: [Module],
    access: 'stack:read',
    description: 'By space, name and provider; with a pool, given by name or id, those that it tests.',
    args: { workerPool: t.arg.id() },
    resolve: (_root, { workerPool }, { admin }) => admin.modules.list(isGiven(workerPool) ? workerPool : undefined),
  }),
  searchModules: t.field({
    type: Modules,
    access: 'stack:read',
    description:
      'By space, name and provider, whatever the order that is asked for. A text is looked for in all of these.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    resolve: async (_root, { input }, { admin }) => {
      const found = (await admin.modules.list()).filter(({ id, stack, labels, description }) =>
        mentions([id, stack.name, ...labels, description ?? ''], input.fullTextSearch),
      );
      return pageOf(input, ({ offset, limit }) => found.slice(offset, offset + limit));
    },
  }),
}));
