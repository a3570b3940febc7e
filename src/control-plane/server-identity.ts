import { Server as TlsServer } from 'node:tls';
import type { Server } from 'node:net';

/** Certificate and key that a server shows, and those that replace them while it listens. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
  /** Calls back with each pair that replaces the present one. */
  follow(follower: (pair: { readonly cert: string; readonly key: string }) => void): void;
}

/** Lets a server show the present certificate to whoever connects; connections that are open keep what they began with. */
export function keepIdentity(server: Server, identity: ServerIdentity | null): void {
  if (server instanceof TlsServer) identity?.follow(({ cert, key }) => server.setSecureContext({ cert, key }));
}
