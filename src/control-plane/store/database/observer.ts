/** Told by a database what it does. */
export interface DatabaseObserver {
  /** A commit was durable after so long; transactions of SQLite share one. */
  committed(milliseconds: number): void;
  /** A transaction is begun again, after a conflict or on a connection that had broken. */
  retried(): void;
  /** The connection that notifications come by had broken, and is there again. */
  listensAgain(): void;
}

/** For a database whose doings nobody counts. */
export const UNOBSERVED: DatabaseObserver = {
  committed: () => undefined,
  retried: () => undefined,
  listensAgain: () => undefined,
};

/** How busy the connections are that transactions, or reads, share. */
export interface ConnectionLoad {
  readonly pool: 'transactions' | 'reads';
  readonly used: number;
  readonly idle: number;
  /** Those who wait for one. */
  readonly waiting: number;
}
