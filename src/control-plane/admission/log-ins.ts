import type { Context } from 'hono';
import type { FailedLogIns, LogInResult } from './failed-log-ins';

export type { LogInResult };

/** Whose log-in it is, once that is proved. */
export interface LoggedIn {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly role: string;
}

/** What somebody logs in with. */
export interface LogIn {
  readonly kind: 'API key';
  /** As they say: it may be anything. */
  readonly id: string;
  /** With the secret of the key, with a token of its issuer in place of it, or at the page with either. */
  readonly way: 'key' | 'oidc' | 'page';
}

/** How somebody logs in who does not do so at the page. */
export const wayOf = (secret: string): LogIn['way'] => (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret) ? 'oidc' : 'key');

/** Where a request comes from, and what the client says that it is. */
export interface Origin {
  readonly address: string;
  readonly client: string;
}

export interface LogInEnd {
  readonly result: LogInResult;
  readonly logIn: LogIn;
  readonly origin: Origin;
  /** Whose failures it counts to. */
  readonly who: string;
  /** Undefined unless the result is ok. */
  readonly caller: LoggedIn | undefined;
}

/** Told how each log-in of people and programs ended. */
export type LogInObserver = (end: LogInEnd) => Promise<void> | void;

/** Log-ins of people and programs, slowed down by where they come from. */
export class LogIns {
  constructor(
    private readonly failed: FailedLogIns,
    private readonly places: { addressOf(c: Context): string; originOf(c: Context): Origin },
    private readonly observer: LogInObserver,
  ) {}

  /** @throws RequestError `too-many-requests` for somebody who may not try now */
  check(c: Context): void {
    this.failed.check(this.places.addressOf(c));
  }

  /** Carries out a log-in; undefined is a failed one. @throws RequestError `too-many-requests` without trying */
  async attempt<T extends { readonly caller: LoggedIn }>(
    c: Context,
    logIn: LogIn,
    prove: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const who = this.places.addressOf(c);
    let proved: T | undefined;
    const proving = async () => (proved = await prove());
    return this.failed.attempt(who, proving, (result) =>
      this.observer({ result, logIn, origin: this.places.originOf(c), who, caller: proved?.caller }),
    );
  }
}
