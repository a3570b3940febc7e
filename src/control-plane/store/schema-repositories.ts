/* The columns of what is secret about the git repositories of stacks. */

/** What is secret about the git repository of a stack; `id` is the stack's. */
export interface RepositoryCredentialsRow {
  id: string;
  /** Encrypted (secrets.ts). */
  credentials: string;
}
