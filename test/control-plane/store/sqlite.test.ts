import { join } from 'node:path';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { databaseContract } from './contract';

async function open(inProcess: boolean) {
  const folder = temporaryFolder();
  const database = await openSqlite({ path: join(folder, 'control-plane.db'), inProcess });
  return {
    database,
    close: async () => {
      await database.close();
      removeFolder(folder);
    },
  };
}

databaseContract('SQLite in process', () => open(true));
databaseContract('SQLite in threads', () => open(false));
