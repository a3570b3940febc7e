import type {} from './api-server.setup';

/** Jest's globalTeardown of the integration tests; it runs after a failure too. */
export default async function teardown(): Promise<void> {
  await globalThis.workerPoolsApiServer?.stop();
  globalThis.workerPoolsApiServer = undefined;
}
