export { databasePlace } from './database';
export { backup } from './store/database/backup';
export { restore } from './store/database/restore';
