import type { Clock } from '../../time';
import type { ControlPlaneSession, SessionEvents } from '../session';
import type { PoolToken } from '../token';

/** Asked at every request. */
export interface SessionLeadership {
  /** While it is false, nothing is sent that changes something. */
  readonly held: boolean;
  /** Sent with every request, so that the control plane can tell a former leader. */
  readonly term: number | undefined;
}

export interface ConnectOptions {
  /** From `parseToken`. */
  readonly token: PoolToken;
  /** From `parsePrivateKey`. */
  readonly privateKeyPem: string;
  /** UID of the WorkerPool object. */
  readonly session: string;
  /** The right to speak for the session, where several controllers compete for it. @default it is held for ever */
  readonly leadership?: SessionLeadership;
  /** `name/version` of the caller, for the control plane's log. */
  readonly userAgent: string;
  /** Address to use in place of the token's (`https://host:port` for connectPoll, `mqtts://host:port` for connectMqtt). @default the token's */
  readonly endpoint?: string;
  /** Folder with certificates of further authorities. @default /opt/spacelift/certs */
  readonly authorities?: string;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of the back-off. @default Math.random */
  readonly random?: () => number;
  /** First and longest pause between attempts, before jitter, in milliseconds. @default 500 and 30000 */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
  /** How long one watch waits for a change, in seconds; for MQTT the beat of the heartbeat. @default POLL_WAIT_SECONDS */
  readonly waitSeconds?: number;
  /** How long an answer may take (beyond the wait of a watch) until the connection counts as dead. @default 15000 */
  readonly answerTimeoutMs?: number;
}

/** Opens a session and returns at once: the connection is made in the background and restores itself until `close`. */
export type Connect = (options: ConnectOptions, events: SessionEvents) => ControlPlaneSession;
