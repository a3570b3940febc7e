import type { Later } from '../../charting/deferred';

/** A TCP port as a NetworkPolicy has it. */
export const tcp = (port: Later<number>) => ({ port, protocol: 'TCP' });

/** The rule of a NetworkPolicy that lets Pods ask for names. */
export const DNS_EGRESS = { ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] };
