/** The repository cannot be used. The message is a sentence for people, without secrets. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    message: string,
    /** Whether the same may succeed a little later without anybody changing anything. */
    readonly isPassing = false,
  ) {
    super(message);
  }
}
