import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { z } from 'zod';
import { readonlyTopic, replyTopic, writeonlyTopic, MqttRequest } from '../../protocol/mqtt-topics';
import { dispatch } from '../queue/dispatcher';
import { RequestError, validate } from '../errors';
import { listen, type ListenAddress, type Listener } from '../listen';
import { keepIdentity, type ServerIdentity } from '../server-identity';
import { authenticatePool } from '../identity/pool-identity';
import type { QueueContext } from '../queue/context';
import { workerView } from '../queue/views';

/** Largest payload of a request, in bytes. */
const PAYLOAD_LIMIT = 16 * 1024 * 1024;
const BAD_CREDENTIALS = 4;

/** A connected client, with the pool that its JWT speaks for. */
type PoolClient = Client & { poolId?: string };

/** The MQTT side of the worker protocol: the same operations as over HTTP, and views pushed as they change. */
export class Broker {
  private readonly clients = new Set<PoolClient>();
  private listener: Listener | undefined;
  /** The revision up to which views of a pool were published. */
  private readonly published = new Map<string, number>();
  private readonly closing = new AbortController();

  private constructor(
    private readonly context: QueueContext,
    private readonly aedes: Aedes,
    private readonly server: Server,
    private readonly connectionEvent: 'connection' | 'secureConnection',
  ) {}

  static async start(context: QueueContext, address: ListenAddress, tls: ServerIdentity | null): Promise<Broker> {
    const aedes = await Aedes.createBroker({ connectTimeout: 15_000, heartbeatInterval: 30_000 });
    const server = tls ? createTlsServer({ cert: tls.cert, key: tls.key }) : createTcpServer();
    const broker = new Broker(context, aedes, server, tls ? 'secureConnection' : 'connection');
    broker.wire();
    keepIdentity(server, tls);
    broker.listener = await listen(server, address);
    return broker;
  }

  get port(): number {
    return this.listener?.port ?? 0;
  }

  private wire(): void {
    const { aedes, context } = this;
    this.server.on(this.connectionEvent, (socket: Socket) => aedes.handle(socket));
    aedes.authenticate = (client, username, password, done) => {
      authenticatePool(context.store, password?.toString(), context.now()).then(
        (poolId) => {
          const matches = username === poolId;
          if (matches) (client as PoolClient).poolId = poolId;
          done(matches ? null : refusal('the user name is not the ULID of the pool'), matches);
        },
        (error: unknown) => done(refusal(error instanceof Error ? error.message : 'refused'), false),
      );
    };
    aedes.authorizePublish = (client, packet, done) => {
      const poolId = poolOf(client);
      const allowed = packet.topic.startsWith(writeonlyTopic(poolId, '')) && packet.payload.length <= PAYLOAD_LIMIT;
      if (!allowed || !client) {
        done(new Error('not allowed'));
        return;
      }
      done(null);
      void this.answer(poolId, packet.topic, packet.payload as Buffer);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const prefix = readonlyTopic(poolOf(client), '');
      const allowed = subscription.topic.startsWith(prefix);
      done(null, allowed ? subscription : null);
    };
    aedes.on('clientReady', (client) => this.clients.add(client));
    aedes.on('clientDisconnect', (client) => this.clients.delete(client));
    context.wakeups.onNotify((topic) => {
      if (topic.startsWith('pool/')) this.publishViews(topic.slice('pool/'.length));
    });
  }

  /** Carries out a request and publishes the answer to the session's reply topic. */
  private async answer(poolId: string, topic: string, payload: Buffer): Promise<void> {
    let id: string | undefined;
    let session = '';
    try {
      session = z
        .string()
        .regex(/^[^/+#]{1,128}$/)
        .parse(topic.slice(writeonlyTopic(poolId, '').length));
      const request = validate(MqttRequest, parseJson(payload), 'the MQTT request');
      id = request.id;
      if ((request.body as { session?: unknown }).session !== session) {
        throw new RequestError('malformed', 'the session of the body is not the session of the topic');
      }
      const body = await dispatch(this.context, poolId, request.op, request.body, this.closing.signal);
      this.publish(replyTopic(poolId, session), { id, body });
    } catch (error) {
      if (id === undefined || session === '') {
        this.context.logger.warn({ pool: poolId, topic }, 'malformed MQTT request');
        return;
      }
      this.publish(replyTopic(poolId, session), { id, refusal: this.refusalOf(error) });
    }
  }

  private refusalOf(error: unknown): { code: string; message: string } {
    if (error instanceof RequestError) return { code: error.code, message: error.message };
    this.context.logger.error({ err: error }, 'MQTT request failed');
    return { code: 'internal', message: 'the control plane failed at this request: its log says why' };
  }

  private publishViews(poolId: string): void {
    if (![...this.clients].some((client) => client.poolId === poolId)) {
      this.published.delete(poolId);
      return;
    }
    const { store } = this.context;
    const revision = store.pools.revision(poolId);
    const after = this.published.get(poolId) ?? revision - 1;
    this.published.set(poolId, revision);
    for (const worker of store.workers.changedInPool(poolId, after)) {
      this.publish(readonlyTopic(poolId, worker.id), workerView(this.context, worker));
    }
  }

  private publish(topic: string, message: object): void {
    this.aedes.publish(
      { cmd: 'publish', topic, payload: Buffer.from(JSON.stringify(message)), qos: 1, retain: false, dup: false },
      (error) => {
        if (error) this.context.logger.warn({ err: error, topic }, 'could not publish');
      },
    );
  }

  /** Ends the connections of a pool. */
  disconnect(poolId: string): void {
    for (const client of this.clients) if (client.poolId === poolId) client.close();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    await this.listener?.close();
  }
}

/** '' for a client that has proved nothing, which no pool is called. */
function poolOf(client: PoolClient | null): string {
  return client?.poolId ?? '';
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new RequestError('malformed', 'the payload is not JSON');
  }
}

function refusal(message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode: BAD_CREDENTIALS });
}
