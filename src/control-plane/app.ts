import type { Hono } from 'hono';
import { WORKER_PATH } from '../protocol/messages';
import type { AdminService } from './admin/admin-service';
import type { Admission } from './admission';
import type { Refusals } from './audit/refusals';
import type { Blobs } from './blobs';
import { graphqlRoute } from './graphql/route';
import { apiRoutes } from './http/api-routes';
import { refusingApp } from './http/app';
import { pushRoutes, type PushParts } from './http/pushes/routes';
import { registryRoutes } from './http/registry-routes';
import { traced } from './http/traced';
import { vcsAgentRoutes } from './http/vcs-agent-routes';
import { workerRoutes } from './http/worker-routes';
import type { ApiKeys } from './identity/api-keys';
import type { ProofChecks } from './identity/proof-checks';
import type { WebSessions } from './identity/web-sessions';
import type { Authority } from './pki/authority';
import { pkiRoutes } from './pki/routes';
import type { QueueContext } from './queue/context';
import type { States } from './state/states';
import type { VcsGateway } from './vcs-agents';
import { webRoutes } from './web/routes';

export interface Doors {
  readonly context: QueueContext;
  readonly blobs: Blobs;
  readonly states: States;
  readonly admission: Admission;
  readonly refusals: Refusals;
  readonly proofs: ProofChecks;
  readonly admin: AdminService;
  readonly apiKeys: ApiKeys;
  readonly sessions: WebSessions;
  /** Whether everybody may look at the pages. */
  readonly isOpen: boolean;
  readonly authority: Authority;
  readonly gateway: VcsGateway;
  readonly health: Hono;
  /** Told of each delivery of a git host. */
  readonly pushHeard: PushParts['heard'];
}

/** All that is reached over HTTP. */
export function appOf({ context, blobs, states, proofs, apiKeys, authority, health, gateway, ...doors }: Doors): Hono {
  const { store, logger, tracing } = context;
  const { admin, admission, refusals, sessions, isOpen } = doors;
  const app = refusingApp(logger);
  app.route('/', health);
  app.use(traced(tracing));
  app.use((c, next) => admission.turn(c).then(next));
  app.route(
    '/pki',
    pkiRoutes(authority, () => store.read.pools.revokedCertificates()),
  );
  app.route(WORKER_PATH, workerRoutes({ context, blobs, states, admission, proofs, gateway }));
  app.route('/', vcsAgentRoutes({ context, admission, proofs, gateway }));
  const forPeople = { admin, admission, refusals, logger };
  // Before those of people and programs, since git hosts log in as neither.
  app.route('/api/v1', pushRoutes({ ...forPeople, now: context.now, heard: doors.pushHeard }));
  app.route('/api/v1', apiRoutes({ ...forPeople, apiKeys }));
  app.route('/', registryRoutes({ ...forPeople, apiKeys }));
  app.route('/graphql', graphqlRoute({ ...forPeople, apiKeys }));
  app.route('/', webRoutes({ ...forPeople, apiKeys, sessions, isOpen }));
  return app;
}
