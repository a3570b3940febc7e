import { pino } from 'pino';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { KeyringFile, type Vault } from '../../../src/control-plane/vault';
import { systemClock } from '../../../src/time';

/** With the keys of a folder, as a control plane has them whose data folder that is. */
export const vaultOf = (folder: string): Vault =>
  new KeyringFile(KeyFiles.inDataFolder(folder), { clock: systemClock, logger: pino({ level: 'silent' }) }).vault;
