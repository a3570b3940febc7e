import { z } from 'zod';
import { Fence, Time } from './primitives';

/** How `init` proves itself to a git host. Secret: never logged. */
export const GitCredentials = z.object({
  /** For https: what hosts want beside a token; most take any. @default 'git' */
  username: z.string().optional(),
  /** For https. @default - the repository is public */
  token: z.string().optional(),
  /** For ssh: a private key as OpenSSH writes it. @default - none */
  deployKey: z.string().optional(),
  /** For ssh: lines of a known_hosts file; a host that is not in it is not spoken to. @default - none */
  knownHosts: z.string().optional(),
});

/** A git repository that a stack has as its source. */
export const GitRepository = z.object({
  /** Of https or ssh; `protocol/git-rules.ts` has the rule. */
  url: z.string(),
  /** The branch that is tracked. */
  branch: z.string(),
  /** Whether its submodules are checked out, and theirs. */
  submodules: z.boolean(),
  /** Whether files that lie in Git LFS are fetched; they are pointers otherwise. */
  lfs: z.boolean(),
  /** Whether only the project root is laid down. */
  sparse: z.boolean(),
});

/** What `init` clones. */
export const GitSource = GitRepository.extend({
  /** Whole hash of the commit. Null: the head of the branch, which is told by `commit` */
  commit: z.string().nullable(),
  credentials: GitCredentials,
});

/** Characters of what is told of a commit; what is longer is cut. */
export const LONGEST_COMMIT_MESSAGE = 1000;
export const LONGEST_COMMIT_AUTHOR = 200;

export const GitCommit = z.object({
  hash: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/),
  branch: z.string().max(255),
  message: z.string().max(LONGEST_COMMIT_MESSAGE),
  /** Name as the commit has it. */
  author: z.string().max(LONGEST_COMMIT_AUTHOR),
  /** When it was committed. */
  createdAt: Time,
});

/** The commit that the run is of from now on, in all of its attempts. May be repeated. */
export const CommitRequest = z.object({ fence: Fence, commit: GitCommit });
export const CommitResponse = z.object({});

export type GitCredentials = z.infer<typeof GitCredentials>;
export type GitRepository = z.infer<typeof GitRepository>;
export type GitSource = z.infer<typeof GitSource>;
export type GitCommit = z.infer<typeof GitCommit>;
export type CommitRequest = z.infer<typeof CommitRequest>;
