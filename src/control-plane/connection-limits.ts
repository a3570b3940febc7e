import type { Logger } from 'pino';
import { capacityOfProcess, fit, type Capacity } from './admission/capacity';
import type { ConnectionLimits } from './admission/connections';
import { BROKER_LIMITS } from './broker/limits';
import { LIMIT } from './limits';

/** What listens in a process. */
export interface Servers<Value> {
  readonly https: Value;
  readonly mqtt: Value;
  readonly metrics: Value;
}

const NONE: ConnectionLimits = { connections: 0, unprovedConnections: 0 };

/** How many connections each server takes. Where the system gives this process less than all of them need, the log says so. */
export function connectionLimits(
  has: { readonly broker: boolean; readonly metrics: boolean },
  logger: Logger,
  capacity: Capacity = capacityOfProcess(),
): Servers<ConnectionLimits> {
  const { connections, unprovedConnections } = LIMIT;
  const { limits, wantedFiles, isLess } = fit(
    {
      https: { connections, unprovedConnections },
      mqtt: has.broker ? BROKER_LIMITS : NONE,
      // Nobody proves anything there.
      metrics: has.metrics ? { connections: unprovedConnections, unprovedConnections } : NONE,
    },
    capacity,
  );
  if (isLess) logger.warn(sentenceOf(limits, capacity, wantedFiles));
  return limits;
}

function sentenceOf({ https, mqtt }: Servers<ConnectionLimits>, { openFiles }: Capacity, wantedFiles: number): string {
  const taken = [
    `${https.connections} connections over HTTP`,
    ...(mqtt.connections > 0 ? [`${mqtt.connections} over MQTT`] : []),
  ];
  return (
    `this process may have ${openFiles} files open (ulimit -n), so it takes ${taken.join(' and ')} at most: ` +
    `beyond that, whoever holds the most loses the oldest one. For all that it could take, allow ${wantedFiles}`
  );
}
