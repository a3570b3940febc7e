import { ConfigurationError, RequestError } from '../../errors';

/** By SQLSTATE, or by the code of Node. */
const SENTENCES: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password: set the one of this user',
  '28000': 'refuses this user from this address: add the user, or a line to pg_hba.conf',
  '3D000': 'has no such database: create it (CREATE DATABASE), or name another in the URL',
  '42501': 'does not let this user make its tables: make the user the owner of the database',
  '53300': 'has no free connection: raise max_connections, or lower the size of the pool',
  '55P03': 'holds its tables for somebody who uses them for long, such as a backup: try again when that is over',
  '57P03': 'is starting up or shutting down: try again',
  '25006': 'is a standby that only reads: name the primary in the URL',
  ECONNREFUSED: 'is not reachable, nothing listens there: check host and port, and that it runs',
  ENOTFOUND: 'is not reachable, its host name is not known: check the host in the URL',
  EAI_AGAIN: 'is not reachable, its host name cannot be looked up now: check the DNS',
  EHOSTUNREACH: 'is not reachable: check the network',
  ENETUNREACH: 'is not reachable: check the network',
  ETIMEDOUT: 'does not answer: check host, port and firewall',
  ENOENT: 'needs a file that is not there',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an unknown authority: give the file of its CA',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate of an unknown authority: give the file of its CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an unknown authority: give the file of its CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate of an unknown authority: give the file of its CA',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another host: use the name in the certificate',
};

/** What the client says without a code. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [
    /unsupported startup parameter/,
    'is a PgBouncer that takes no time-outs: add statement_timeout, lock_timeout and idle_in_transaction_session_timeout to its ignore_startup_parameters, or name PostgreSQL itself',
  ],
  [/timeout/i, 'does not answer: check host, port and firewall'],
  [/does not support SSL/, 'does not speak TLS: set it up there, or take sslmode out of the URL'],
];

/** Says what is wrong with a database, where it is and what to do; never with the password. */
export function explain(error: unknown, address: string): unknown {
  const { code, message } = error as { code?: string; message: string };
  const byMessage = MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  if (error instanceof ConfigurationError) return error;
  const sentence = (code === undefined ? undefined : SENTENCES[code]) ?? byMessage;
  if (sentence) return new ConfigurationError(`the database ${address} ${sentence} (${message || code})`);
  return code === undefined
    ? error
    : new ConfigurationError(`the database ${address} cannot be opened: ${message || code}`);
}

/** Whether the server said it of a statement, in contrast to a connection that broke. */
export function isAnswer(error: unknown): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return code !== undefined && severity === 'ERROR';
}

/** The commit was sent, and the connection broke before its answer. */
export class CommitUnknownError extends Error {
  constructor(cause: unknown) {
    super('the connection to the database broke during a commit, so that nobody knows whether it is done', { cause });
  }
}

/** Serialization failure and deadlock: another try has a good chance, as that of an outdated statement has. */
const CONFLICTS: readonly unknown[] = ['40001', '40P01'];

export function isConflict(error: unknown): boolean {
  return CONFLICTS.includes(causeOf(error).code) || isOutdated(error);
}

/** A statement was prepared before its tables changed, as by the migration of a newer release. */
export function isOutdated(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return code === '0A000' && message.startsWith('cached plan must not change');
}

/** Somebody held what was waited for, for longer than `lock_timeout`. */
export const isLocked = (error: unknown): boolean => causeOf(error).code === '55P03';

/** Until a database that fails over, or was restarted, may serve again. */
const RETRY_AFTER_SECONDS = 1;

const BROKEN = /^(ECONN|EPIPE|ETIMEDOUT|08|57P0)/;

/** Whether the connection broke or could not be made, as while the database restarts. */
export function isBroken(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return BROKEN.test(code ?? '') || /^Connection terminated|^Client has encountered a connection error/.test(message);
}

/** What is the matter with a database that was in order before: by SQLSTATE, the longest that fits. */
const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [/^25006/, 'only takes reads now, as a standby does, or one whose disk is full'],
  [/^53100/, 'has no space left on its disk'],
  [/^53300/, 'has no connection left'],
  [/^53/, 'has not got enough memory or disk'],
  [/^(55P03|57014|25P03)/, 'takes too long'],
];

/** The pool of connections has no code for it. */
const NO_CONNECTION = /^timeout exceeded when trying to connect/;

/** As the refusal of a request that may be repeated, when the database is what is wrong. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof RequestError) return error;
  const { code = '', message } = causeOf(error);
  const known = TROUBLES.find(([pattern]) => pattern.test(code))?.[1];
  const trouble = known ?? (isBroken(error) || NO_CONNECTION.test(message) ? 'cannot be reached now' : undefined);
  if (!trouble) return error;
  const sentence = `the database ${trouble}, so that this could not be done: try again`;
  return new RequestError('unavailable', sentence, RETRY_AFTER_SECONDS, { cause: error });
}

function causeOf(error: unknown): { code?: string; message: string } {
  const { cause } = error as { cause?: unknown };
  return (cause instanceof Error ? cause : error) as { code?: string; message: string };
}
