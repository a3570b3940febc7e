import type { GitAddress } from '../../../protocol/git-rules';
import { visibleName } from '../../../text/visible';
import { GitError } from './git-error';
import type { Said } from './program';

const SHOWN = 300;

interface Explanation {
  readonly says: RegExp;
  /** With the repository's host. */
  readonly sentence: (host: string) => string;
  readonly isPassing?: boolean;
}

/** What git says when it fails, and what that means; the first that matches counts. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    says: /No user exists for uid|unknown user \d+/,
    sentence: (host) =>
      `${host} is not spoken to: ssh in the launcher image knows no user of the number that the container init runs as. Let it run as 1983, or give the image a line in /etc/passwd.`,
  },
  {
    says: /cannot run ssh|ssh: not found|unable to fork/,
    sentence: (host) => `${host} is not spoken to: the launcher image has no ssh.`,
  },
  {
    says: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known/,
    sentence: (host) =>
      `${host} shows a host key that is not among the known hosts of the stack. Compare its key with what the host publishes, then give it by --known-hosts-file.`,
  },
  {
    says: /Permission denied \(|invalid format|error in libcrypto|Load key/,
    sentence: (host) =>
      `${host} refuses the deploy key of the stack, or it is none: give one that may read the repository by --deploy-key-file.`,
  },
  {
    says: /SSL certificate|server certificate verification failed|certificate verify failed|CAfile|unable to get local issuer/i,
    sentence: (host) =>
      `${host} has a certificate that is not trusted: give the pool a bundle with its authority (spec.pod.initContainer, preset CustomCertificates).`,
  },
  {
    says: /Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 40[13]|HTTP Basic: Access denied/,
    sentence: (host) =>
      `${host} refuses the token of the stack, or it has none and the repository is not public: give one by --token-file.`,
  },
  {
    says: /Repository not found|does not appear to be a git repository|not found|returned error: 404|ERROR: The project you were looking for/i,
    sentence: (host) =>
      `${host} has no such repository, or shows it to nobody who has no credentials for it: look at its URL and the credentials.`,
  },
  {
    says: /Could not resolve host|Temporary failure in name resolution|Name or service not known/,
    sentence: (host) => `${host} has no address by the DNS of the cluster.`,
    isPassing: true,
  },
  {
    says: /transport '[^']*' not allowed/,
    sentence: (host) => `${host} names a submodule, or leads to an address, that is neither of https nor of ssh.`,
  },
  {
    says: /Failed to connect|Connection (timed out|refused|reset)|Operation timed out|Could not connect|No route to host|Network is unreachable|Connection closed by|kex_exchange_identification|Broken pipe|timed out/i,
    sentence: (host) => `${host} does not answer: look whether the network lets run Pods reach it.`,
    isPassing: true,
  },
  {
    says: /returned error: (429|5\d\d)|early EOF|RPC failed|hung up|unexpected disconnect|Operation too slow|bytes of body are still expected|GnuTLS recv error/i,
    sentence: (host) => `${host} broke off the transfer.`,
    isPassing: true,
  },
];

/** Why git did not succeed, as a sentence. */
export function explained(what: string, said: Said, address: GitAddress): GitError {
  const full = /No space left on device|Disk quota exceeded/.test(said.stderr);
  if (full) return new GitError("The workspace volume of the run's Pod is full: give it more room.");
  if (said.code === 153 || /File too large/.test(said.stderr)) {
    return new GitError('The repository is larger than a source may be.');
  }
  const known = EXPLANATIONS.find(({ says }) => says.test(said.stderr));
  const words = wordsOf(said);
  if (known) return new GitError(`${known.sentence(address.host)} ${words}`, known.isPassing);
  return new GitError(`git could not ${what}. ${words}`);
}

/** Its last words. They come from another machine, in part. */
function wordsOf({ stderr, code }: Said): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const telling = lines.filter((line) => /^(fatal|error|ssh|ERROR|remote):?/.test(line));
  const last = (telling.length > 0 ? telling : lines.filter((line) => line !== '')).slice(0, 2).join(' / ');
  return last === '' ? `It ended with ${code}.` : `git says: ${visibleName(last).slice(0, SHOWN)}`;
}
