import type { Server, Socket } from 'node:net';
import { networkOf } from './address';

export interface ConnectionLimits {
  /** Most connections altogether. */
  readonly connections: number;
  /** Of those, over which nobody has proved yet who they are. */
  readonly unprovedConnections: number;
  /** Of those, from one address (IPv6: a /64). @default no limit: behind a proxy all have one address */
  readonly unprovedPerAddress?: number;
  /** How long a connection may stay so, TLS handshake included. @default no limit: whoever only reads pages proves nothing */
  readonly unprovedMs?: number;
}

/** A connection, or the TLS connection over it. */
export type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/**
 * Who holds the connections of a server: an address, until somebody proves over one who they are. Where there are too many,
 * whoever holds the most loses the oldest, so that a new caller is always heard.
 */
export class Connections {
  /** Oldest first. */
  private readonly holders = new Map<string, Set<Socket>>();
  private readonly holderOf = new Map<Socket, string>();
  private readonly byName = new Map<string, Socket>();
  private readonly timers = new Map<Socket, NodeJS.Timeout>();
  private unproved = 0;

  constructor(private readonly limits: ConnectionLimits) {}

  watch(server: Server): void {
    // The first to hear of it, before TLS.
    server.prependListener('connection', (socket: Socket) => this.add(socket));
  }

  /** Notes that somebody has proved over a connection who they are. */
  prove(peer: Peer, who: string): void {
    const socket = this.byName.get(nameOf(peer));
    if (!socket || this.holderOf.get(socket) === who) return;
    this.drop(socket);
    this.hold(socket, who);
  }

  /** Who holds a connection, as far as is proved. */
  holder(peer: Peer): string | undefined {
    const socket = this.byName.get(nameOf(peer));
    return socket && this.holderOf.get(socket);
  }

  get size(): { readonly all: number; readonly unproved: number } {
    return { all: this.holderOf.size, unproved: this.unproved };
  }

  private add(socket: Socket): void {
    const { connections, unprovedConnections, unprovedPerAddress = Infinity, unprovedMs } = this.limits;
    // It has gone already.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    const address = UNPROVED + networkOf(socket.remoteAddress);
    this.byName.set(name, socket);
    this.hold(socket, address);
    if (unprovedMs !== undefined) {
      const timer = setTimeout(() => socket.destroy(), unprovedMs);
      this.timers.set(socket, timer);
    }
    socket.once('close', () => {
      this.drop(socket);
      if (this.byName.get(name) === socket) this.byName.delete(name);
    });
    if (this.holders.get(address)!.size > unprovedPerAddress) this.endOne((who) => who === address);
    if (this.unproved > unprovedConnections) this.endOne((who) => who.startsWith(UNPROVED));
    if (this.holderOf.size > connections) this.endOne(() => true);
  }

  private hold(socket: Socket, who: string): void {
    const held = this.holders.get(who) ?? new Set();
    this.holders.set(who, held.add(socket));
    this.holderOf.set(socket, who);
    if (who.startsWith(UNPROVED)) this.unproved += 1;
  }

  private drop(socket: Socket): void {
    clearTimeout(this.timers.get(socket));
    this.timers.delete(socket);
    const who = this.holderOf.get(socket);
    if (who === undefined) return;
    this.holderOf.delete(socket);
    const held = this.holders.get(who);
    held?.delete(socket);
    if (held?.size === 0) this.holders.delete(who);
    if (who.startsWith(UNPROVED)) this.unproved -= 1;
  }

  private endOne(isMeant: (who: string) => boolean): void {
    let most: ReadonlySet<Socket> = new Set();
    for (const [who, held] of this.holders) if (isMeant(who) && held.size > most.size) most = held;
    const [oldest] = most;
    if (!oldest) return;
    this.drop(oldest);
    oldest.destroy();
  }
}

/** In front of an address; no pool and no key is called so. */
const UNPROVED = '? ';

/** What a connection and the TLS connection over it have in common. */
function nameOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress}|${remotePort}`;
}
