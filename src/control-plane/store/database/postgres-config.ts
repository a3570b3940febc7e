import { TypeOverrides, type ClientConfig } from 'pg';
import { ConfigurationError } from '../../errors';
import { TRANSACTION_TIMEOUT_MS } from './transaction-error';
import type { Prepare } from './migrate';
import type { DatabaseObserver } from './observer';

export interface PostgresOptions {
  /** postgresql://user:password@host:5432/database, with the parameters of libpq such as `sslmode=verify-full`. */
  readonly url: string;
  /**
   * File with the certificates that the server's must descend from.
   * @default - the system's
   */
  readonly ca?: string;
  /**
   * Connections for transactions; half as many are opened for reads, and one for notifications.
   * @default 10
   */
  readonly poolSize?: number;
  /** What is done when the schema is up to date, before anybody uses the database. */
  readonly prepare?: Prepare | undefined;
  readonly observer?: DatabaseObserver | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Of a statement for a lock that another transaction holds. */
const LOCK_TIMEOUT_MS = 10_000;

/** int8 and numeric, which counts and sums are: no number of ours is beyond 2^53. */
const NUMBERS: readonly number[] = [20, 1700];

const parsers = new TypeOverrides();
for (const id of NUMBERS) parsers.setTypeParser(id, Number);

/** What makes a value of a text of the server's, by the type of the column. */
export const parserOf = (type: number): ((text: string) => unknown) =>
  parsers.getTypeParser(type, 'text') as unknown as (text: string) => unknown;

/** @throws when the URL is none */
export function connectionConfig({ url, ca }: PostgresOptions): ClientConfig {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new ConfigurationError(
      'the address of the database must be a URL such as postgresql://user:password@host:5432/database; a password with special characters must be percent-encoded',
    );
  }
  const address = new URL(url);
  if (ca !== undefined) {
    address.searchParams.set('sslrootcert', ca);
    if (!address.searchParams.has('sslmode')) address.searchParams.set('sslmode', 'verify-full');
  }
  return {
    connectionString: address.href,
    application_name: 'worker-pools control-plane',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: parsers,
  };
}

/** For all but migrations, which may take their time. */
export const TIMEOUTS: ClientConfig = {
  statement_timeout: TRANSACTION_TIMEOUT_MS,
  idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
};

/** The address for people: without password and parameters. */
export function addressOf(url: string): string {
  const { username, host, pathname } = new URL(url);
  return `postgresql://${username && `${username}@`}${host}${pathname}`;
}
