/** Ends the launcher with a sentence for people and one of the codes of src/protocol/exit-codes.ts. */
export class LauncherExit extends Error {
  override readonly name = 'LauncherExit';

  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}
