/*
 * Stacks and runs name their source: a blob that was uploaded, or the git repository of the stack by a name that changes with its
 * address and its branch, so that it is seen what a run was made of, and whether that is still what the stack has.
 */

const PREFIX = 'git:';

export const gitSource = (id: string): string => `${PREFIX}${id}`;

/** Whether it is fetched from the repository of the stack. */
export const isGitSource = (source: string | null): boolean => source?.startsWith(PREFIX) ?? false;

/** What is stored of a source; null where that is nothing. */
export const blobOfSource = (source: string | null): string | null => (isGitSource(source) ? null : source);
