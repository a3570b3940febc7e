import type { Readable } from 'node:stream';

/** What git asks of a host over smart HTTP when it reads a repository. */
export type GitOperation = 'info/refs' | 'git-upload-pack';

export interface GitRequest {
  readonly operation: GitOperation;
  /** Path of the repository below the host's base, without a slash at either end, as it was sent: `team/app.git`. */
  readonly repository: string;
}

const LONGEST_TARGET = 2_000;
const UPLOAD_PACK = 'service=git-upload-pack';

/**
 * The one rule of what an agent carries: what `git clone` and `git fetch` send, and nothing else, whoever asks for it. `init`,
 * the control plane and the agent hold to it, each for itself. Undefined: it is not carried.
 *
 * @param target path and query, as in the first line of a request
 */
export function gitRequestOf(method: string, target: string): GitRequest | undefined {
  if (target.length > LONGEST_TARGET) return undefined;
  const [, path = '', query] = /^\/([^?#]*)(?:\?([^#]*))?$/.exec(target) ?? [];
  const [, repository = '', operation] = /^(.+)\/(info\/refs|git-upload-pack)$/.exec(path) ?? [];
  if (operation === undefined || !isRepositoryPath(repository)) return undefined;
  const isRead = operation === 'info/refs' ? method === 'GET' && query === UPLOAD_PACK : method === 'POST' && !query;
  return isRead ? { operation: operation as GitOperation, repository } : undefined;
}

/** The target that `gitRequestOf` reads as this. */
export const targetOf = ({ operation, repository }: GitRequest): string =>
  `/${repository}/${operation}${operation === 'info/refs' ? `?${UPLOAD_PACK}` : ''}`;

/** Whether it stays below the host's base, however a host reads it: no empty part, no dots alone, nothing that hides a slash. */
export function isRepositoryPath(path: string): boolean {
  return path.split('/').every((part) => {
    if (!/^(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})+$/i.test(part)) return false;
    const decoded = unescaped(part);
    return decoded !== undefined && decoded !== '.' && decoded !== '..' && !/[/\\%\p{C}]/u.test(decoded);
  });
}

function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** What the host answered, or somebody on the way to it in its place. */
export interface GitAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The caller reads or destroys it. */
  readonly body: Readable;
}

/** Headers that git sends and its host has a use for. */
export const GIT_REQUEST_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-type',
  'git-protocol',
  'pragma',
  'user-agent',
] as const;

/** Headers of the host's answer that git has a use for. */
export const GIT_RESPONSE_HEADERS = [
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'www-authenticate',
] as const;

type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Those of the named headers that are there. */
export function pickHeaders(headers: HeaderValues, names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name): [string, string][] => {
    const value = headers[name];
    if (value === undefined) return [];
    return [[name, typeof value === 'string' ? value : value.join(', ')]];
  });
  return Object.fromEntries(found);
}
