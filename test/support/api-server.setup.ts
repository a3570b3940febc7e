import { startApiServer, type RunningApiServer } from './api-server.start';
import { API_SERVER_VARIABLE } from './api-server';

declare global {
  var workerPoolsApiServer: RunningApiServer | undefined;
}

/** Jest's globalSetup of the integration tests: one API server a run. */
export default async function setup(): Promise<void> {
  const server = await startApiServer();
  globalThis.workerPoolsApiServer = server;
  process.env[API_SERVER_VARIABLE] = JSON.stringify(server);
}
