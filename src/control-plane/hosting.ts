import { host } from './queue/host';
// Operations of another room than the queue.
import './state/pod-states';
import type { Hosting } from './store/database/hosting';
import { threadProgram } from './store/database/sqlite-executor';

/** What carries out operations where the database is, in its thread or beside it. */
export const hosting: Hosting = { host, program: threadProgram(import.meta, 'database-thread') };
