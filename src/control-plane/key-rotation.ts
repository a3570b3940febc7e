import type { Logger } from 'pino';
import type { Clock } from '../time';
import type { Database } from './store/database/database';
import type { Schema } from './store/schema';
import { resealAll } from './store/secrets';
import type { KeyringFile } from './vault';

/** When a rotation that the database broke off goes on. */
export const RETRY_MS = 60_000;

interface Surroundings {
  readonly database: Database<Schema>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Encrypts everything with the present key when that is another than before, and says when the former ones may go. */
export class KeyRotation {
  private running: Promise<void> = Promise.resolve();
  private closed = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly keyring: KeyringFile,
    private readonly surroundings: Surroundings,
  ) {}

  /** What another process left off goes on at once; from then on, other keys are looked for. */
  start(): void {
    this.keyring.watch();
    this.keyring.onRotation(() => this.begin());
    this.begin();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.running;
  }

  private begin(): void {
    this.cancel();
    this.running = this.running.then(() => this.rotate());
  }

  private async rotate(): Promise<void> {
    const { database, clock, logger } = this.surroundings;
    const { vault } = this.keyring;
    const [present, ...former] = vault.keyIds;
    // With one key alone, the database was opened by it.
    if (this.closed || former.length === 0) return;
    try {
      const { count, failures } = await resealAll(database, vault, () => this.closed);
      for (const failure of failures) logger.error(`not encrypted with the key ${present}: ${failure}`);
      if (this.closed || failures.length > 0) return;
      logger.info(
        { count },
        `everything is encrypted with the key ${present}: once every process knows it, ${former.join(', ')} may be taken out of encryption.keys`,
      );
    } catch (error) {
      logger.warn({ err: error }, `not everything is encrypted with the key ${present} yet; it goes on in a minute`);
      if (!this.closed) this.cancel = clock.setTimer(RETRY_MS, () => this.begin());
    }
  }
}
