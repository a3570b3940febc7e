import { mappedEndpoint, type Environment } from '../../../protocol/vcs-mapping';
import { GitHostClient, GitHostError } from '../../../protocol/client/git-host';
import type { PrivateRepository } from '../../../protocol/private-url';
import type { LauncherClient } from '../../client';
import type { Way } from './door';
import { GitError } from './git-error';

/**
 * The way to a host behind VCS agents: straight to its base endpoint, where the variables of `init` say that it can be reached
 * from here, or else through the control plane and an agent.
 *
 * @throws GitError for an endpoint that cannot be used
 */
export function wayTo({ pool }: PrivateRepository, client: LauncherClient, environment: Environment): Way {
  const base = mappedEndpoint(pool, environment);
  if (base === undefined) {
    return { ask: (git, asked) => client.git(git, asked), close: () => Promise.resolve() };
  }
  if (!isEndpoint(base.value)) {
    throw new GitError(
      `${base.variable} must be the address of a git host, such as https://git.internal, without user, password and query.`,
    );
  }
  const host = new GitHostClient(base.value);
  return {
    ask: (git, asked) =>
      host.ask(git, asked).catch((error: unknown) => {
        if (!(error instanceof GitHostError)) throw error;
        throw new GitError(
          `The host of VCS agent pool ${pool}, at ${host.base} by ${base.variable}, cannot be used: ${error.message}.`,
          true,
        );
      }),
    close: () => host.close(),
  };
}

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === ''
  );
}
