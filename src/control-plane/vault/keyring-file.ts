import type { Logger } from 'pino';
import type { Clock } from '../../time';
import type { KeyFiles } from '../key-files';
import { Keyring, newKeyLine } from './keyring';
import { Vault } from './vault';

/** How often the file is looked at for another key. */
export const KEYRING_LOOK_MS = 60_000;

interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `encryption.keys`, and a vault that follows it: keys are exchanged without a restart. */
export class KeyringFile {
  readonly vault: Vault;
  private text: string;
  private readonly followers: (() => void)[] = [];
  private cancel: () => void = () => undefined;

  /** Reads the file, or makes it at first start. @throws ConfigurationError when it is not in order. */
  constructor(
    private readonly keys: KeyFiles,
    private readonly surroundings: Surroundings,
  ) {
    this.text = keys.readOrMake('encryption.keys', newKeyLine);
    this.vault = new Vault(this.parse(this.text), () => this.refresh());
  }

  /** Calls back when another key is written with. */
  onRotation(follower: () => void): void {
    this.followers.push(follower);
  }

  close(): void {
    this.cancel();
  }

  /** Looks for other keys from now on, until it is closed. */
  watch(): void {
    this.cancel = this.surroundings.clock.setTimer(KEYRING_LOOK_MS, () => {
      this.refresh();
      this.watch();
    });
  }

  private refresh(): void {
    const { logger } = this.surroundings;
    let keyring: Keyring;
    try {
      const text = this.keys.read('encryption.keys');
      if (text === this.text) return;
      keyring = this.parse(text);
      this.text = text;
    } catch (error) {
      logger.warn({ err: error }, 'encryption.keys cannot be used; the present keys stay');
      return;
    }
    const former = this.vault.currentKey;
    this.vault.use(keyring);
    logger.info({ keys: keyring.ids }, 'the keys for encryption were exchanged');
    if (keyring.first.id !== former) for (const follower of this.followers) follower();
  }

  private parse(text: string): Keyring {
    return Keyring.parse(text, this.keys.path('encryption.keys'));
  }
}
