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
  const { limits, needed, scarce } = fit(
    {
      https: { connections, unprovedConnections },
      mqtt: has.broker ? BROKER_LIMITS : NONE,
      // Nobody proves anything there.
      metrics: has.metrics ? { connections: unprovedConnections, unprovedConnections } : NONE,
    },
    capacity,
  );
  // Memory is given to Pods by what they need; few files are an oversight.
  if (scarce) logger[scarce === 'openFiles' ? 'warn' : 'info'](sentenceOf(limits, scarce, capacity, needed));
  return limits;
}

const MIB = 1024 * 1024;
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;

function sentenceOf(
  { https, mqtt }: Servers<ConnectionLimits>,
  scarce: keyof Capacity,
  { openFiles, memoryBytes }: Capacity,
  needed: Capacity,
): string {
  const [has, allow] =
    scarce === 'openFiles'
      ? [`${openFiles} files open (ulimit -n)`, `${needed.openFiles}`]
      : [`${mebibytes(memoryBytes)} of memory`, mebibytes(needed.memoryBytes)];
  const taken = [
    `${https.connections} connections over HTTP`,
    ...(mqtt.connections > 0 ? [`${mqtt.connections} over MQTT`] : []),
  ];
  return (
    `this process may have ${has}, so it takes ${taken.join(' and ')} at most: beyond that, whoever holds the most ` +
    `loses the oldest one. For all that it could take, allow ${allow}`
  );
}
