import { initial } from './0001-initial';
import { ground } from './0002-ground';
import { secrets } from './0003-secrets';
import { restored } from './0004-restored';
import type { Migration } from './migration';

/** Applied in order, each once and all or nothing; never edited after a release. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-ground': ground,
  '0003-secrets': secrets,
  '0004-restored': restored,
};
