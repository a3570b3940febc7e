// The program of the thread that writes to a database of SQLite, and carries out operations there.
import { parentPort, workerData } from 'node:worker_threads';
import { hostOn } from './store/database/hosting';
import { serve, SqliteConnection, type ThreadData } from './store/database/sqlite-connection';
import { hosting } from './hosting';

const { options } = workerData as ThreadData;
const connection = new SqliteConnection(options);
serve(parentPort!, connection, hostOn(connection, hosting.host));
