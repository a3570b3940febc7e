/** A transaction that held the others up for longer is undone. */
export const TRANSACTION_TIMEOUT_MS = 30_000;

export const handleIsOver = () => new Error('the transaction is over: await every statement in it');

/** What a transaction fails with when it goes on after the failure of a statement. */
export function undone(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`the transaction is undone: ${why}`, { cause });
}
