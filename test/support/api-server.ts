import type { ApiServer } from './api-server.start';

export type { ApiServer } from './api-server.start';

/** Hands what globalSetup started to Jest's workers, which are processes of their own. */
export const API_SERVER_VARIABLE = 'WORKER_POOLS_TEST_API_SERVER';

/** The kube-apiserver that this Jest run shares; keep tests apart by a namespace each (`createNamespace`). */
export function apiServer(): ApiServer {
  const text = process.env[API_SERVER_VARIABLE];
  if (!text) throw new Error('no API server is running: tests that need one belong in test/integration');
  return JSON.parse(text) as ApiServer;
}
