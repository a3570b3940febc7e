import type { Context } from 'hono';
import { RequestError } from '../errors';
import type { FailedLogIns } from './failed-log-ins';

/** What somebody logs in with. */
export interface LogIn {
  readonly kind: 'API key';
  /** As they say: it may be anything. */
  readonly id: string;
}

/** Where a request comes from, and what the client says that it is. */
export interface Origin {
  readonly address: string;
  readonly client: string;
}

export type LogInResult = 'accepted' | 'refused' | 'slowed down';

/** Told how each log-in of people and programs ended; one that could not be checked has not. */
export type LogInObserver = (result: LogInResult, logIn: LogIn, origin: Origin, who: string) => Promise<void> | void;

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
  async attempt<T>(c: Context, logIn: LogIn, prove: () => Promise<T>): Promise<T> {
    const who = this.places.addressOf(c);
    const told = (result: LogInResult) => this.observer(result, logIn, this.places.originOf(c), who);
    let proved: T;
    try {
      proved = await this.failed.attempt(who, prove);
    } catch (error) {
      const code = error instanceof RequestError ? error.code : undefined;
      if (code === 'too-many-requests') await told('slowed down');
      if (code === 'unauthorized') await told('refused');
      throw error;
    }
    await told(proved === undefined || proved === false ? 'refused' : 'accepted');
    return proved;
  }
}
