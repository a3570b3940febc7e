import { join } from 'node:path';
import type { Place } from './store/database/backup';

export { backup } from './store/database/backup';
export { restore } from './store/database/restore';

/** In the data folder, where no PostgreSQL is given. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'control-plane.db');

export const databasePlace = (dataDir: string, url: string | undefined): Place =>
  url === undefined ? { path: databaseFile(dataDir) } : { url };
