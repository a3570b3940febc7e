import { appOf, type Doors } from './app';
import { serve } from './http/server';
import { streamServer } from './http/vcs-agent-routes';
import { LIMIT } from './limits';
import type { ListenAddress } from './listen';
import type { Metrics } from './observability/metrics';
import type { Opened } from './opened';
import type { ServerTls } from './pki/server-tls';
import { VcsGateway } from './vcs-agents';

/** Serves people, programs and workers, and takes the streams of VCS agents. */
export async function serveDoors(
  doors: Omit<Doors, 'gateway' | 'pushHeard'>,
  address: ListenAddress,
  { tls, metrics, opened }: { readonly tls: ServerTls | null; readonly metrics: Metrics; readonly opened: Opened },
) {
  const gateway = opened.add(new VcsGateway(doors.context));
  const app = appOf({ ...doors, gateway, pushHeard: metrics.pushHeard });
  const server = await serve(app, address, tls, doors.admission, metrics.httpAnswered, LIMIT, streamServer());
  opened.add(server);
  gateway.start();
  return { server, gateway };
}
