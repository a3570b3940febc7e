import { API_SERVER_VARIABLE } from './api-server';
import { startApiServer, type ApiServerOptions, type RunningApiServer } from './api-server.start';

/** Starts an API server for the tests of one file, which takes the place of the shared one until it stops. */
export async function startOwnApiServer(options?: ApiServerOptions): Promise<RunningApiServer> {
  const shared = process.env[API_SERVER_VARIABLE];
  const server = await startApiServer(options);
  process.env[API_SERVER_VARIABLE] = JSON.stringify(server);
  const stop = async () => {
    process.env[API_SERVER_VARIABLE] = shared;
    await server.stop();
  };
  return { ...server, stop };
}
