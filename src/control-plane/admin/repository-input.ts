import { branchRule, gitAddress, gitUrlRule, isBranchName } from '../../protocol/git-rules';
import type { GitCredentials, GitRepository } from '../../protocol/messages';
import { malformed } from '../errors';

/** How `init` proves itself to a git host. What is left out stays as it is, and what is empty is taken away. */
export type CredentialsInput = GitCredentials;

/** The git repository of a stack. Of a change, what is left out stays as it is. */
export interface RepositoryInput extends Partial<Omit<GitRepository, 'url'>> {
  /** https://…, ssh://… or user@host:path. Empty: sources are uploaded. @default - uploaded */
  readonly url?: string;
  /** Secret. */
  readonly credentials?: CredentialsInput;
}

const DEFAULTS: Omit<GitRepository, 'url'> = { branch: 'main', submodules: false, lfs: false, sparse: false };

/**
 * What a stack has for its repository from now on; null: sources are uploaded.
 *
 * @throws RequestError `malformed`, with the rule
 */
export function repositoryOf(
  { url, credentials: _credentials, ...input }: RepositoryInput,
  before: GitRepository | null,
): GitRepository | null {
  if ((url ?? before?.url ?? '') === '') {
    const named = Object.entries({ ...input, ..._credentials }).find(
      ([, value]) => value !== undefined && value !== '',
    );
    if (named) throw malformed('repository', `${named[0]} is of a git repository, and the stack has none: name one`);
    return null;
  }
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const repository = { ...DEFAULTS, ...before, ...given, ...(url === undefined ? {} : { url }) } as GitRepository;
  if (!gitAddress(repository.url)) throw malformed('repository', `the repository is not allowed: ${gitUrlRule}`);
  if (!isBranchName(repository.branch)) throw malformed('branch', `the branch is not allowed: ${branchRule}`);
  if (repository.sparse && repository.submodules) {
    throw malformed('sparse', 'submodules are not checked out where the checkout is sparse: choose one of both');
  }
  return repository;
}

const MOST = { username: 255, token: 8_192, deployKey: 32 * 1024, knownHosts: 64 * 1024 } as const;
const LINE = /^[^\p{C}]*$/u;
const LINES = /^[^\0\p{Surrogate}]*$/u;
const NAME = /^[^\s\p{C}:/@]*$/u;
const PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----\s[\s\S]+-----END [A-Z ]*PRIVATE KEY-----\s*$/;

/**
 * What a stack has for credentials from now on. They go with the host that they were given for.
 *
 * @throws RequestError `malformed`, with the rule and never with what was given
 */
export function credentialsOf(
  given: CredentialsInput,
  after: GitRepository,
  before: { readonly repository: GitRepository | null; readonly credentials: GitCredentials },
): GitCredentials {
  const address = gitAddress(after.url)!;
  const former = before.repository && gitAddress(before.repository.url);
  const isSameHost =
    former?.host === address.host && former.port === address.port && former.protocol === address.protocol;
  const kept = isSameHost ? before.credentials : {};
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const credentials: GitCredentials = Object.fromEntries(
    Object.entries({ ...kept, ...Object.fromEntries(said) }).filter(([, value]) => value !== ''),
  );
  check(credentials);
  const wrong = address.protocol !== 'ssh' ? (['deployKey', 'knownHosts'] as const) : (['token', 'username'] as const);
  for (const name of wrong) {
    if (credentials[name] !== undefined) {
      throw malformed(
        name,
        `${WORDS[name]} is of no use for ${address.protocol}: give what the repository's address wants`,
      );
    }
  }
  if (address.protocol === 'ssh' && credentials.knownHosts === undefined) {
    throw malformed(
      'knownHosts',
      `a repository by ssh needs known hosts, by which ${address.host} is recognized: \`ssh-keyscan ${address.host}\` prints them, to be compared with what the host publishes`,
    );
  }
  if (credentials.username !== undefined && credentials.token === undefined) {
    throw malformed('username', 'a user name is of no use without a token');
  }
  return credentials;
}

const WORDS: Readonly<Record<keyof GitCredentials, string>> = {
  username: 'a user name',
  token: 'a token',
  deployKey: 'a deploy key',
  knownHosts: 'a list of known hosts',
};

function check(credentials: GitCredentials): void {
  const { username = '', token = '', deployKey, knownHosts = '' } = credentials;
  for (const [name, most] of Object.entries(MOST) as [keyof GitCredentials, number][]) {
    if ((credentials[name]?.length ?? 0) > most)
      throw malformed(name, `${WORDS[name]} may have at most ${most} characters`);
  }
  if (!NAME.test(username)) throw malformed('username', 'the user name is not allowed: no blank and none of : / @');
  if (!LINE.test(token)) throw malformed('token', 'the token is not allowed: one line, without control characters');
  if (deployKey !== undefined && !PRIVATE_KEY.test(deployKey)) {
    throw malformed(
      'deployKey',
      'the deploy key is not allowed: a private key without a passphrase, as ssh-keygen writes it',
    );
  }
  if (!LINES.test(knownHosts))
    throw malformed('knownHosts', 'the known hosts are not allowed: lines of a known_hosts file');
}

/** What may be told of credentials. */
export const namesOfCredentials = (credentials: GitCredentials): readonly string[] => Object.keys(credentials).sort();
