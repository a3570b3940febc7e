import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { IConnectPacket } from 'mqtt-packet';
import { RequestError } from '../errors';
import { networkOf } from '../admission/address';
import { Connections } from '../admission/connections';
import { isGoodProof, provePool, type PoolProof } from '../identity/pool-identity';
import type { ProofCheck, ProofChecks } from '../identity/proof-checks';
import { listen, type ListenAddress, type Listener } from '../listen';
import type { QueueContext } from '../queue/context';
import { keepIdentity, type ServerIdentity } from '../server-identity';
import { Allowance } from './allowance';
import { Connection, type ConnectionHost } from './connection';
import { BROKER_LIMITS, type BrokerLimits } from './limits';
import { PoolRoom } from './pool-room';
import { Ending, endingOf, REASON } from './reason';
import { answerRequest, codeOf, type Answer, type IncomingRequest } from './requests';
import { Views, type Audience } from './views';

const REVOKED = new Ending(REASON.notAuthorized, 'the pool was reset or deleted: its credentials are good no longer');

/** How long clients have to hear that the broker stops. */
const GOODBYE_MS = 500;

export interface EmbeddedBrokerOptions {
  readonly address: ListenAddress;
  /** Null: plain MQTT, for a proxy in front. */
  readonly tls: ServerIdentity | null;
  readonly proofs: ProofChecks;
  /** @default BROKER_LIMITS */
  readonly limits?: Partial<BrokerLimits>;
  /** Called with the code of each refusal, or `ok`. */
  readonly answered?: (code: string) => void;
}

/**
 * The MQTT broker for a single process: the operations of the worker protocol by topic, and views pushed as they change.
 * It is a server of this protocol only. There is no matching between clients, nothing is retained, and no session
 * outlives its connection, so that nothing is kept for anybody who is not there.
 */
export class EmbeddedBroker implements ConnectionHost, Audience {
  readonly limits: BrokerLimits;
  private readonly connections = new Set<Connection>();
  private readonly rooms = new Map<string, PoolRoom<Connection>>();
  private readonly held: Allowance;
  private readonly views: Views;
  private readonly underWay = new Set<Promise<Answer>>();
  private readonly guard: Connections;
  private listener!: Listener;
  private closing = false;

  private constructor(
    private readonly context: QueueContext,
    limits: Partial<BrokerLimits>,
    private readonly proofs: ProofChecks,
    private readonly answered: (code: string) => void,
  ) {
    this.limits = { ...BROKER_LIMITS, ...limits };
    this.guard = new Connections(this.limits);
    this.held = new Allowance(this.limits.heldBytes);
    this.views = new Views(context, this);
  }

  static async start(context: QueueContext, options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(
      context,
      options.limits ?? {},
      options.proofs,
      options.answered ?? (() => undefined),
    );
    const server: Server = options.tls
      ? createTlsServer({ cert: options.tls.cert, key: options.tls.key })
      : createTcpServer();
    server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => broker.serve(socket));
    server.on('tlsClientError', () => undefined);
    keepIdentity(server, options.tls);
    broker.guard.watch(server);
    broker.listener = await listen(server, options.address);
    return broker;
  }

  get port(): number {
    return this.listener.port;
  }

  get openConnections(): number {
    return this.listener.connections;
  }

  /** Ends the connections of a pool whose credentials are good no longer. */
  disconnect(poolId: string): void {
    this.credentialsAre(poolId, undefined);
  }

  /** Takes no further connections and resolves when the requests that are under way are answered. */
  async drain(): Promise<void> {
    this.listener.stop();
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  async close(): Promise<void> {
    this.closing = true;
    this.views.close();
    const ending = new Ending(REASON.serverShuttingDown, 'the control plane stops');
    const closed = [...this.connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of this.connections) connection.end(ending);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(closed), new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE_MS)))]);
    clearTimeout(timer);
    await this.listener.close();
  }

  credentialsAre(poolId: string, fingerprint: string | undefined): void {
    for (const connection of [...(this.rooms.get(poolId)?.connections ?? [])]) {
      if (fingerprint === undefined || connection.fingerprint !== fingerprint) connection.end(REVOKED);
    }
  }

  publish(poolId: string, topic: string, view: object): void {
    const payload = Buffer.from(JSON.stringify(view));
    for (const connection of this.rooms.get(poolId)?.connections ?? []) connection.deliver(topic, payload);
  }

  async enter(connection: Connection, connect: IConnectPacket): Promise<void> {
    const { store, now } = this.context;
    const proof = await this.prove(connect, this.checkOf(connection));
    const room = this.rooms.get(proof.poolId) ?? new PoolRoom<Connection>(proof.poolId, this.limits, this.held);
    if (room.connections.size >= this.limits.connectionsPerPool) {
      throw new Ending(REASON.quotaExceeded, `the pool has ${room.connections.size} connections already`);
    }
    for (const other of room.connections) {
      if (other.clientId === connection.clientId) {
        other.end(new Ending(REASON.sessionTakenOver, 'another connection came with the same client id'));
      }
    }
    this.rooms.set(proof.poolId, room);
    room.connections.add(connection);
    connection.proved(proof, room);
    // Whoever resets the pool from here on finds the connection; who did so since the proof was looked at did not.
    await this.views.follow(proof.poolId);
    if (!this.rooms.has(proof.poolId)) this.views.unfollow(proof.poolId);
    if (!(await isGoodProof(store.read, proof, now()))) throw REVOKED;
    this.guard.prove(connection.socket, `pool ${proof.poolId}`);
  }

  leave(connection: Connection): void {
    this.connections.delete(connection);
    for (const room of [...this.rooms.values()]) {
      room.connections.delete(connection);
      // What it asked for may still be worked on, and counts for the next connection of the pool.
      if (room.connections.size > 0 || !room.requests.isEmpty) continue;
      this.rooms.delete(room.poolId);
      this.views.unfollow(room.poolId);
    }
  }

  checkOf({ socket }: Connection): ProofCheck {
    return this.proofs.from(networkOf(socket.remoteAddress ?? ''), 'mqtt');
  }

  answer(request: IncomingRequest): Promise<Answer> {
    const answer = answerRequest(this.context, request);
    this.underWay.add(answer);
    void answer.then(({ reply }) => this.answered(codeOf(reply)));
    return answer.finally(() => this.underWay.delete(answer));
  }

  msUntil(time: number): number {
    return time - this.context.now();
  }

  private serve(socket: Socket): void {
    if (this.closing) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this, this.held);
    this.connections.add(connection);
    void connection.serve();
  }

  private async prove({ username, password }: IConnectPacket, check: ProofCheck): Promise<PoolProof> {
    const { store, now, logger } = this.context;
    try {
      const proof = await provePool(store.read, password?.toString(), now(), check);
      if (username === proof.poolId) return proof;
    } catch (error) {
      if (error instanceof RequestError) throw endingOf(error, REASON.badCredentials);
      logger.error({ err: error }, 'MQTT CONNECT failed');
      throw new Ending(REASON.serverUnavailable, 'the control plane failed at this: its log says why');
    }
    throw new Ending(REASON.badCredentials, 'the user name is not the ULID of the pool');
  }
}
