export { databasePlace } from './database';
export { backup } from './store/database/backup';
export { backupInto } from './store/database/backup-folder';
export { restore } from './store/database/restore';
