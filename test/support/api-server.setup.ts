import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer, type RunningApiServer } from './api-server.start';
import { API_SERVER_VARIABLE } from './api-server';

declare global {
  var workerPoolsApiServer: RunningApiServer | undefined;
}

/** Jest's globalSetup of the integration tests: one API server a run. */
export default async function setup(): Promise<void> {
  // What the controllers of the tests ask for is compared with their roles at the end.
  const auditLog = join(mkdtempSync(join(tmpdir(), 'worker-pools-audit-')), 'audit.jsonl');
  const server = await startApiServer({ auditLog });
  globalThis.workerPoolsApiServer = server;
  process.env[API_SERVER_VARIABLE] = JSON.stringify(server);
}
