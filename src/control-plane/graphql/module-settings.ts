import type { ModuleChange, NewModule } from '../admin/module-input';
import { variables } from '../admin/variables';
import { builder } from './builder';
import { isGiven } from './given';
import { repositoryArgs, repositoryInput, type RepositoryArgs } from './repositories';
import { EnvironmentVariable } from './stacks';

export const ModuleTool = builder.enumType('ModuleTool', { values: ['OPENTOFU', 'TERRAFORM'] as const });

/** What mutations are told of a module. */
export const moduleArgs = {
  ...repositoryArgs,
  ...builder.args((t) => ({
    description: t.string(),
    labels: t.stringList(),
    tool: t.field({ type: ModuleTool }),
    toolVersion: t.string(),
    projectRoot: t.string({ description: 'Folder inside the source that is the module.' }),
    runnerImage: t.string(),
    environment: t.field({ type: [EnvironmentVariable], description: 'Of its tests: TF_VAR_… among it.' }),
  })),
};

interface SettingsArgs extends RepositoryArgs {
  readonly description?: string | null;
  readonly labels?: readonly string[] | null;
  readonly tool?: 'OPENTOFU' | 'TERRAFORM' | null;
  readonly toolVersion?: string | null;
  readonly projectRoot?: string | null;
  readonly runnerImage?: string | null;
  readonly environment?: readonly { readonly name: string; readonly value: string }[] | null;
}

interface NewArgs extends SettingsArgs {
  readonly name: string;
  readonly terraformProvider?: string | null;
  readonly space?: string | null;
  readonly workerPool: string;
}

export const newModule = ({ name, terraformProvider, space, workerPool, ...args }: NewArgs): NewModule => ({
  ...said(args),
  name,
  pool: workerPool,
  provider: terraformProvider ?? null,
  space: space ?? null,
});

interface ChangeArgs extends SettingsArgs {
  readonly workerPool?: string | null;
  readonly unsetEnvironment?: readonly string[] | null;
}

export const moduleChange = ({ workerPool, unsetEnvironment, ...args }: ChangeArgs): ModuleChange => ({
  ...said(args),
  ...(isGiven(workerPool) ? { pool: workerPool } : {}),
  ...(unsetEnvironment ? { unsetEnvironment } : {}),
});

/** GraphQL tells an argument of null from none; both mean that nothing is said. */
function said(args: SettingsArgs): Omit<ModuleChange, 'pool'> {
  const { description, labels, tool, toolVersion, projectRoot, runnerImage, environment } = args;
  const repository = repositoryInput(args);
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(labels ? { labels } : {}),
    ...(tool ? { tool } : {}),
    ...(typeof toolVersion === 'string' ? { toolVersion } : {}),
    ...(typeof projectRoot === 'string' ? { projectRoot } : {}),
    ...(typeof runnerImage === 'string' ? { runnerImage } : {}),
    ...(environment ? { environment: variables(environment, ({ name }) => name) } : {}),
    ...(repository ? { repository } : {}),
  };
}
