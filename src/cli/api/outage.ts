import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../time';
import type { UserError } from '../run-program';
import type { ApiClient } from './client';
import { print } from './output';
import { UnavailableError } from './refused';

/** The first pause after a failure, and the longest. */
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A restart takes fewer attempts, and is not worth a word. */
const QUIET_FAILURES = 2;

/** Times without a control plane, as a command gets over them that goes on. */
export class Outage {
  private failures = 0;

  constructor(
    private readonly client: ApiClient,
    /** What is said beside the cause. */
    private readonly comfort: string,
  ) {}

  /** Waits before the next attempt. @throws the cause, when no attempt can mend it. */
  async wait(cause: UserError): Promise<void> {
    if (!(cause instanceof UnavailableError) || !this.client.hasLoggedIn) throw cause;
    this.failures += 1;
    if (this.failures === QUIET_FAILURES + 1) this.say(`${cause.message}; ${this.comfort}`);
    await sleep(backoffMs(this.failures, { firstMs: PAUSE_MS, longestMs: LONGEST_PAUSE_MS }));
  }

  isOver(): void {
    if (this.failures > QUIET_FAILURES) this.say('connected again');
    this.failures = 0;
  }

  private say(sentence: string): void {
    print(`--- ${sentence}`, process.stderr, 'muted');
  }
}
