import type { RepositoryInput } from '../admin/repository-input';
import type { StackRecord } from '../store/records';
import { builder } from './builder';

interface Of {
  readonly stack: StackRecord;
  readonly repository: NonNullable<StackRecord['repository']>;
}

/** How the repository of a stack is fetched. */
export const RepositorySettings = builder.objectRef<Of>('RepositorySettings').implement({
  description: 'How the git repository of a stack is checked out.',
  fields: (t) => ({
    submodules: t.boolean({
      description: 'Whether its submodules are checked out.',
      resolve: ({ repository }) => repository.submodules,
    }),
    lfs: t.boolean({
      description: 'Whether files that lie in Git LFS are fetched; they are pointers otherwise.',
      resolve: ({ repository }) => repository.lfs,
    }),
    sparse: t.boolean({
      description: 'Whether only the project root is laid down.',
      resolve: ({ repository }) => repository.sparse,
    }),
    credentials: t.stringList({
      description: 'Which credentials it has: username, token, deployKey, knownHosts. Nobody is told what they are.',
      resolve: async ({ stack }, _args, { lookups }) => lookups.credentialNames.load(stack.id),
    }),
  }),
});

interface SettingsInput {
  readonly submodules?: boolean | null;
  readonly lfs?: boolean | null;
  readonly sparse?: boolean | null;
  readonly username?: string | null;
  readonly token?: string | null;
  readonly deployKey?: string | null;
  readonly knownHosts?: string | null;
}

const RepositorySettingsInput = builder.inputRef<SettingsInput>('RepositorySettingsInput').implement({
  description:
    'What is left out stays as it is; an empty text takes away. Credentials go when the host becomes another.',
  fields: (t) => ({
    submodules: t.boolean(),
    lfs: t.boolean({ description: 'Needs a launcher image with git-lfs.' }),
    sparse: t.boolean({ description: 'Not together with submodules.' }),
    username: t.string({ description: "Beside the token; 'git' unless given." }),
    token: t.string({ description: 'For https. Secret.' }),
    deployKey: t.string({ description: 'For ssh: a private key without a passphrase. Secret.' }),
    knownHosts: t.string({ description: 'For ssh, which needs them: lines of a known_hosts file.' }),
  }),
});

/** What a mutation is told of the repository of a stack. */
export const repositoryArgs = builder.args((t) => ({
  repository: t.string({
    description: 'Of git: https://…, ssh://… or user@host:path. Empty: sources are uploaded.',
  }),
  branch: t.string({ description: "That is tracked; 'main' unless given." }),
  repositorySettings: t.field({ type: RepositorySettingsInput }),
}));

export interface RepositoryArgs {
  readonly repository?: string | null | undefined;
  readonly branch?: string | null | undefined;
  readonly repositorySettings?: SettingsInput | null | undefined;
}

/** GraphQL tells an argument of null from none; both mean that it stays as it is. */
export function repositoryInput({
  repository,
  branch,
  repositorySettings,
}: RepositoryArgs): RepositoryInput | undefined {
  const { submodules, lfs, sparse, ...credentials } = given(repositorySettings ?? {});
  const input = { ...given({ url: repository, branch }), ...given({ submodules, lfs, sparse }) };
  const isSaid = Object.keys(input).length + Object.keys(credentials).length > 0;
  return isSaid ? { ...input, credentials } : undefined;
}

type Given<T> = { readonly [Name in keyof T]?: NonNullable<T[Name]> };

const given = <T extends object>(all: T): Given<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined)) as Given<T>;
