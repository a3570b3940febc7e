import { existsSync, readFileSync } from 'node:fs';
import type { ConnectionLimits } from './connections';

/** Of the files that a process may have open, as many are no connections: database, blobs, its own. */
export const FILES_BESIDE = 512;

/** What the system gives to this process; Infinity where it does not say. */
export interface Capacity {
  readonly openFiles: number;
}

/** Limits of servers that share a process. */
export interface Fitted<Server extends string> {
  readonly limits: Readonly<Record<Server, ConnectionLimits>>;
  /** How many files may have to be open for all that is wanted. */
  readonly wantedFiles: number;
  /** Whether it is less than wanted. */
  readonly isLess: boolean;
}

/** Node has raised the soft limit to the hard one by now. */
export function capacityOfProcess(): Capacity {
  const path = '/proc/self/limits';
  const limits = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return { openFiles: Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity) };
}

/**
 * Limits that a process can keep. Where the system ends connections because there are too many, it is the new ones, and
 * whoever holds the old ones keeps everybody else away.
 */
export function fit<Server extends string>(
  wanted: Readonly<Record<Server, ConnectionLimits>>,
  { openFiles }: Capacity,
): Fitted<Server> {
  const servers = Object.entries<ConnectionLimits>(wanted);
  const connections = servers.reduce((sum, [, limits]) => sum + limits.connections, 0);
  const files = openFiles - Math.min(FILES_BESIDE, openFiles / 2);
  const part = Math.min(1, files / connections);
  const limits = Object.fromEntries(servers.map(([server, each]) => [server, partOf(each, part)]));
  return {
    limits: limits as Record<Server, ConnectionLimits>,
    wantedFiles: connections + FILES_BESIDE,
    isLess: part < 1,
  };
}

function partOf(limits: ConnectionLimits, part: number): ConnectionLimits {
  const { unprovedPerAddress } = limits;
  const connections = Math.floor(limits.connections * part);
  // Half is for those who have proved who they are, where anybody ever does.
  const ofAll = Math.max(0.5, limits.unprovedConnections / (limits.connections || 1));
  const unprovedConnections = Math.min(limits.unprovedConnections, Math.ceil(connections * ofAll));
  const ofThem = unprovedConnections / limits.unprovedConnections;
  return {
    ...limits,
    connections,
    unprovedConnections,
    ...(unprovedPerAddress !== undefined && { unprovedPerAddress: Math.ceil(unprovedPerAddress * ofThem) }),
  };
}
