import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { ConnectionLimits } from './connections';

/** Of the files that a process may have open, as many are no connections: database, blobs, its own. */
export const FILES_BESIDE = 512;

const KIB = 1024;
/** What the process takes beside connections, and what each of them takes while little goes on over it. */
export const MEMORY = { besideBytes: 256 * KIB * KIB, connectionBytes: 100 * KIB } as const;

/** What the system gives to this process; Infinity where it does not say. */
export interface Capacity {
  readonly openFiles: number;
  readonly memoryBytes: number;
}

/** Limits of servers that share a process. */
export interface Fitted<Server extends string> {
  readonly limits: Readonly<Record<Server, ConnectionLimits>>;
  /** What all that is wanted may need. */
  readonly needed: Capacity;
  /** What there is too little of for that, most of all; undefined: there is enough. */
  readonly scarce: keyof Capacity | undefined;
}

/** Node has raised the soft limit of open files to the hard one by now. */
export function capacityOfProcess(): Capacity {
  const path = '/proc/self/limits';
  const limits = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return {
    openFiles: Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity),
    // Of the container, where it has a limit; 0 says nothing.
    memoryBytes: Math.min(process.constrainedMemory() || Infinity, totalmem()),
  };
}

/**
 * Limits that a process can keep. Where too many files are open, the system ends the new connections, and whoever holds the
 * old ones keeps everybody else away; where there is too little memory, it ends the process.
 */
export function fit<Server extends string>(
  wanted: Readonly<Record<Server, ConnectionLimits>>,
  { openFiles, memoryBytes }: Capacity,
): Fitted<Server> {
  const servers = Object.entries<ConnectionLimits>(wanted);
  const connections = servers.reduce((sum, [, limits]) => sum + limits.connections, 0);
  const parts = {
    openFiles: (openFiles - Math.min(FILES_BESIDE, openFiles / 2)) / connections,
    memoryBytes: (memoryBytes - Math.min(MEMORY.besideBytes, memoryBytes / 2)) / (connections * MEMORY.connectionBytes),
  };
  const scarcest = parts.openFiles < parts.memoryBytes ? 'openFiles' : 'memoryBytes';
  const part = Math.min(1, parts[scarcest]);
  const limits = Object.fromEntries(servers.map(([server, each]) => [server, partOf(each, part)]));
  return {
    limits: limits as Record<Server, ConnectionLimits>,
    needed: {
      openFiles: connections + FILES_BESIDE,
      memoryBytes: connections * MEMORY.connectionBytes + MEMORY.besideBytes,
    },
    scarce: part < 1 ? scarcest : undefined,
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
