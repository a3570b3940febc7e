import type { IncomingMessage } from 'node:http';
import type { BlockList, Server } from 'node:net';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { RequestError } from '../errors';
import { LIMIT, SMALL_BODY_BYTES } from '../limits';
import { clientAddress, networkOf, trustedProxies } from './address';
import { readBytes, type BodyLimits } from './body';
import { Connections, type ConnectionLimits } from './connections';
import { FailedLogIns } from './failed-log-ins';
import { InFlight } from './in-flight';
import { textOf } from './json-meter';
import { LogIns, type LogInObserver, type Origin } from './log-ins';
import { TokenBuckets } from './token-buckets';
import { Turns } from './turns';

/** Requests that are begun in one turn of the event loop: some 20 ms of work. */
const TURN = 32;

/** Of what a client says that it is. */
const MOST_CLIENT = 200;

/**
 * Who may take how much of the control plane, for everything that is reached over HTTP. Routes ask in this order: who it
 * is, whether there is room, then the body.
 */
export class Admission {
  readonly inFlight = new InFlight();
  /** Of people and programs. */
  readonly logIns: LogIns;
  /** Of pools. */
  readonly proofs = new FailedLogIns({ burst: LIMIT.failedProofs, perSecond: 1 / 0.3 });
  /** Of git hosts that tell of pushes. */
  readonly pushProofs = new FailedLogIns({ burst: LIMIT.failedLogIns, perSecond: 1 / 3 });
  private readonly pushes = new TokenBuckets({ burst: LIMIT.pushesOfStack, perSecond: 1 });
  private readonly connections: Connections;
  private readonly turns = new Turns({ each: TURN, most: LIMIT.waitingRequests });
  private readonly trusted: BlockList;

  /** @param proxies addresses or networks whose `X-Forwarded-For` is believed. @throws Error for what is neither */
  constructor(
    proxies: readonly string[] = [],
    observer: LogInObserver = () => undefined,
    limits: ConnectionLimits = LIMIT,
  ) {
    this.connections = new Connections(limits);
    this.trusted = trustedProxies(proxies);
    this.logIns = new LogIns(new FailedLogIns({ burst: LIMIT.failedLogIns, perSecond: 1 / 3 }), this, observer);
  }

  watch(server: Server): void {
    this.connections.watch(server);
  }

  /** Where a request comes from: what log-ins are counted by. */
  addressOf(c: Context): string {
    return networkOf(this.originOf(c).address);
  }

  /** Where a request comes from, for people who look into it. */
  originOf(c: Context): Origin {
    const peer = incomingOf(c)?.socket.remoteAddress;
    const client = c.req.header('Spacelift-Client-Type') || c.req.header('User-Agent') || '';
    return {
      address: clientAddress(peer, c.req.header('X-Forwarded-For'), this.trusted),
      client: client.slice(0, MOST_CLIENT),
    };
  }

  /** Notes who speaks over a connection, once it is proved. */
  proved(c: Context, who: string): void {
    const incoming = incomingOf(c);
    if (incoming) this.connections.prove(incoming.socket, who);
  }

  /** Takes the part of a stack's pushes that one delivery is. @throws RequestError `too-many-requests` */
  pushed(stackId: string): void {
    const waitMs = this.pushes.take(stackId);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new RequestError('too-many-requests', `too many pushes to this stack: try again in ${seconds} s`, seconds);
  }

  /** Waits until it is the caller's turn. @throws RequestError `too-many-requests` */
  turn(c: Context): Promise<void> {
    return this.turns.take(this.holderOf(c));
  }

  /** A body of text. @throws RequestError as `bytes`, and `malformed` for what is none */
  async body(c: Context, limits: BodyLimits): Promise<string> {
    return textOf(await this.bytes(c, limits));
  }

  /** @throws RequestError as `readBytes` */
  async bytes(c: Context, limits: BodyLimits): Promise<Buffer<ArrayBuffer>> {
    const encoding = c.req.header('Content-Encoding') ?? 'identity';
    if (encoding !== 'identity') {
      throw new RequestError('malformed', `the body is compressed (${encoding.slice(0, 40)}): send it as it is`);
    }
    const body = await readBytes(incomingOf(c) ?? bodyStream(c), this.inFlight, limits);
    // To make something of a large one takes a turn of its own.
    if (body.length > SMALL_BODY_BYTES) await this.turns.take(this.holderOf(c), TURN);
    return body;
  }

  private holderOf(c: Context): string {
    const incoming = incomingOf(c);
    return (incoming && this.connections.holder(incoming.socket)) ?? '';
  }
}

/** The body as it comes, for uploads. */
export function bodyStream(c: Context): Readable {
  const body = c.req.raw.body;
  const incoming = incomingOf(c);
  // Nothing moves on the connection while what has come is made durable.
  incoming?.once('end', () => incoming.setTimeout(LIMIT.storedMs));
  return body ? Readable.fromWeb(body) : Readable.from([]);
}

/** Undefined where a test asks an app without a server. */
function incomingOf(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}
