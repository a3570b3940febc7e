/** An error that tells the whole story to the person at the terminal; the CLI prints its message without a stack. */
export class LocalClusterError extends Error {
  override readonly name = 'UserError';
  readonly exitCode = 1;
}
