import { z } from 'zod';
import { isBranchName, isWholeHash } from '../../../protocol/git-rules';

/* What git hosts tell of, in words that are the same for all of them. */

/** A push to a branch. */
export interface Push {
  readonly kind: 'push';
  readonly branch: string;
  /** Whole. */
  readonly hash: string;
  readonly message: string;
  /** Files that it changed; undefined where the host does not tell of all of them. */
  readonly paths: readonly string[] | undefined;
}

/** A pull or merge request that was opened, or has got other commits. */
export interface PullRequest {
  readonly kind: 'request';
  /** That it wants to go to. */
  readonly branch: string;
  /** That it brings. */
  readonly head: string;
  /** Whole; undefined where the host tells of the beginning alone: the head of its branch then. */
  readonly hash: string | undefined;
  readonly title: string;
  readonly isFork: boolean;
  /** Whether its commit can be had from the repository that it wants to go to. */
  readonly isFetchable: boolean;
  /** What is the same whenever the host tells of the same commits. @default - it does so once */
  readonly once?: string;
}

/** Nothing that a run follows, and why, as a sentence without its end. */
export interface Nothing {
  readonly kind: 'nothing';
  readonly why: string;
}

export const nothing = (why: string): Nothing => ({ kind: 'nothing', why });

/** What a delivery tells of, in which repository. */
export interface Told {
  /** Its addresses and names, any of which may be that of a stack; empty where the event is of none. */
  readonly repositories: readonly string[];
  readonly of: Push | PullRequest | Nothing;
}

/** A field of a header, by its name in any case. */
export type Header = (name: string) => string | undefined;

const NO_COMMIT = /^0+$/;
const BRANCH_REF = /^refs\/heads\/(.+)$/;

export const Text = z.string().default('');
/** Of repositories: what hosts leave out of some events is not needed. */
export const Name = z.string().nullish();

/** @param ref such as refs/heads/main; @param hash zeros where it was deleted */
export function pushOf(ref: string, hash: string, rest: Pick<Push, 'message' | 'paths'>): Push | Nothing {
  const branch = BRANCH_REF.exec(ref)?.[1];
  if (branch === undefined) return nothing('it is a push of a tag, or of another name that is no branch');
  if (NO_COMMIT.test(hash)) return nothing(`branch ${branch} was deleted`);
  if (!isWholeHash(hash)) return nothing('it names no whole hash of a commit');
  return { kind: 'push', branch, hash: hash.toLowerCase(), ...rest };
}

export function requestOf(request: Omit<PullRequest, 'kind'>): PullRequest | Nothing {
  if (!isBranchName(request.head)) return nothing('the name of its branch is not one that can be fetched');
  return { kind: 'request', ...request };
}

const Paths = z.array(z.string()).nullish();
/** Of a push, as GitHub, Gitea and GitLab list it. */
export const PushedCommit = z.object({ message: Text, added: Paths, modified: Paths, removed: Paths });

export const pathsOf = (commits: readonly z.infer<typeof PushedCommit>[]): string[] =>
  commits.flatMap(({ added, modified, removed }) => [...(added ?? []), ...(modified ?? []), ...(removed ?? [])]);

export const names = (...all: readonly (string | null | undefined)[]): string[] =>
  all.filter((name) => typeof name === 'string' && name !== '') as string[];
