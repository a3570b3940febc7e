import { randomUUID } from 'node:crypto';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { publicAuthorities } from '../../network/authorities';
import { openMqtt } from '../../protocol/client/open-mqtt';
import { replyTopic, requestTopicOf, writeonlyTopic } from '../../protocol/mqtt-topics';
import { Backoff, sleep, systemClock } from '../../time';
import type { ProofChecks } from '../identity/proof-checks';
import type { MqttBrokerOptions } from '../options';
import type { QueueContext } from '../queue/context';
import { Allowance } from './allowance';
import { BROKER_LIMITS } from './limits';
import { PoolRoom } from './pool-room';
import { proofIn } from './proof';
import { answerRequest, codeOf } from './requests';
import { Views } from './views';

/** Common name of the certificate that the control plane shows to a broker; no pool is called so. */
export const CONTROL_PLANE_CLIENT = 'worker-pools-control-plane';

const CONNECT_TIMEOUT_MS = 15_000;
/** How often the log says that the broker is away still. */
const TELL_EVERY_MS = 60_000;
const KEEPALIVE_SECONDS = 20;
/** A reply that nobody has taken for so long is of no use. */
const REPLY_EXPIRY_SECONDS = 60;
/** How long a pool that says nothing over the broker is told of changes. */
const LISTENS_FOR_MS = 10 * 60_000;

/** Told by a broker outside what the control plane does there. */
export interface BrokerObserver {
  connects(result: 'connected' | 'failed'): void;
  /** Dropped: nobody is connected, or reads. */
  publishes(result: 'sent' | 'failed' | 'dropped'): void;
  answered(code: string): void;
}

interface OutsideBrokerOptions extends MqttBrokerOptions {
  readonly proofs: ProofChecks;
  /** Name of the shared subscription, a secret: whoever joins it takes requests away from the control plane. */
  readonly group: string;
  readonly identity: () => Promise<{ readonly cert: string; readonly key: string }>;
  readonly observer: BrokerObserver;
}

interface Listening {
  readonly room: PoolRoom;
  /** Of the certificate that was proved last; undefined: none was. */
  readonly fingerprint: string | undefined;
  readonly heardAt: number;
}

/**
 * The control plane as client of a broker that others run. Each process takes its share of the requests, and publishes the
 * views and replies that it has. Who may read and write what is the broker's to say; whom a request comes from is proved by
 * the JWT that it brings, so that a pool that was reset is refused at once, whatever the broker still lets in.
 */
export class OutsideBroker {
  private client: MqttClient | undefined;
  private readonly stopping = new AbortController();
  private readonly pools = new Map<string, Listening>();
  private readonly held = new Allowance(BROKER_LIMITS.heldBytes);
  private readonly views: Views;
  private readonly loop: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private readonly underWay = new Set<Promise<void>>();
  private ownCertificate: string | undefined;
  private told: { readonly why: string; readonly at: number } | undefined;

  constructor(
    private readonly context: QueueContext,
    private readonly options: OutsideBrokerOptions,
  ) {
    this.views = new Views(context, {
      // The certificates are the broker's to refuse; nothing is pushed until the new ones have spoken.
      credentialsAre: (poolId, fingerprint) => {
        if (this.pools.get(poolId)?.fingerprint !== fingerprint) this.forget(poolId);
      },
      publish: (poolId, topic, view) => {
        if (this.pools.get(poolId)?.fingerprint !== undefined) this.publish(topic, view);
      },
    });
    this.timer = setInterval(() => this.forgetSilent(), LISTENS_FOR_MS / 10).unref();
    this.loop = this.stayConnected();
  }

  /** Whether requests come. */
  get isConnected(): boolean {
    return this.client?.connected === true;
  }

  /** Bytes that the broker has not read yet. */
  get waitingBytes(): number {
    return unread(this.client);
  }

  /** PEM of the certificate that the broker was shown last. */
  get certificate(): string | undefined {
    return this.ownCertificate;
  }

  /** Lets others take the requests, and resolves when those that it has taken are answered. */
  async drain(): Promise<void> {
    if (this.client?.connected) await this.client.unsubscribeAsync(this.sharedTopic).catch(() => undefined);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.views.close();
    this.stopping.abort();
    await this.loop;
  }

  private get sharedTopic(): string {
    return `$share/${this.options.group}/${writeonlyTopic('+', '+')}`;
  }

  private async stayConnected(): Promise<void> {
    const { logger } = this.context;
    const { signal } = this.stopping;
    const backoff = new Backoff({ firstMs: 200, longestMs: 10_000 });
    while (!signal.aborted) {
      const connection = await this.connect().catch((error: unknown) => this.tell(error));
      this.options.observer.connects(connection ? 'connected' : 'failed');
      if (connection) {
        logger.info({ broker: this.options.url }, 'connected to the MQTT broker');
        backoff.reset();
        this.told = undefined;
        await connection.ended;
        if (!signal.aborted) logger.warn({ broker: this.options.url }, 'the MQTT broker closed the connection');
      }
      await sleep(systemClock, backoff.next(), signal);
    }
  }

  /** Why there is no connection: once, and again only now and then while that stays the same. */
  private tell(error: unknown): void {
    const [why, at] = [reasonOf(error), performance.now()];
    if (this.told?.why === why && at - this.told.at < TELL_EVERY_MS) return;
    this.told = { why, at };
    this.context.logger.warn({ broker: this.options.url, why }, 'the MQTT broker cannot be reached');
  }

  private async connect(): Promise<{ readonly ended: Promise<void> }> {
    const { url, ca = publicAuthorities(), identity } = this.options;
    const pair = await identity();
    this.ownCertificate = pair.cert;
    const options: IClientOptions = {
      clientId: `${CONTROL_PLANE_CLIENT}-${randomUUID()}`,
      protocolVersion: 5,
      clean: true,
      properties: { sessionExpiryInterval: 0, maximumPacketSize: BROKER_LIMITS.publishBytes },
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // The certificate may be another one each time.
      reconnectPeriod: 0,
      ...(ca !== undefined && { ca }),
      ...pair,
    };
    const { signal } = this.stopping;
    const client = await openMqtt(url, options, { withinMs: CONNECT_TIMEOUT_MS, signal });
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const end = (): void => void client.end(true);
    this.stopping.signal.addEventListener('abort', end, { once: true });
    void ended.then(() => this.stopping.signal.removeEventListener('abort', end));
    client.on('message', (topic, payload, packet) => this.take(topic, payload, packet));
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.on('error', reject);
      void ended.then(() => reject(new Error('the broker closed the connection')));
    });
    await client.subscribeAsync(this.sharedTopic, { qos: 1 });
    this.client = client;
    return { ended };
  }

  private take(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const to = requestTopicOf(topic);
    if (!to) return;
    const known = this.pools.get(to.poolId);
    const room = known?.room ?? new PoolRoom(to.poolId, BROKER_LIMITS, this.held);
    if (!room.held.take(payload.length)) {
      this.context.logger.warn({ pool: to.poolId }, 'the pool has too much under way: a request was dropped');
      return;
    }
    this.pools.set(to.poolId, { fingerprint: undefined, heardAt: performance.now(), ...known, room });
    const answer = this.answer(room, to.session, payload, proofIn(packet)).finally(() => {
      room.held.giveBack(payload.length);
      this.underWay.delete(answer);
    });
    this.underWay.add(answer);
  }

  private async answer(room: PoolRoom, session: string, payload: Buffer, jwt: string | undefined): Promise<void> {
    const { poolId } = room;
    const places = [await room.requests.enter()];
    if (payload.length > BROKER_LIMITS.largeRequestBytes) places.push(await room.largeRequests.enter());
    try {
      await room.turn();
      // Addresses are the broker's to know; that whoever writes here is of this pool, its certificate says.
      const check = this.options.proofs.from(`mqtt ${poolId}`, 'mqtt');
      const request = { poolId, session, payload, jwt, proof: undefined, check, signal: this.stopping.signal };
      const { reply, proof } = await answerRequest(this.context, request);
      if (proof) await this.listens(room, proof.fingerprint);
      this.options.observer.answered(codeOf(reply));
      if (reply) this.publish(replyTopic(poolId, session), reply);
    } catch (error) {
      this.context.logger.error({ err: error }, 'MQTT request failed');
    } finally {
      for (const giveBack of places) giveBack();
    }
  }

  private async listens(room: PoolRoom, fingerprint: string): Promise<void> {
    this.pools.set(room.poolId, { room, fingerprint, heardAt: performance.now() });
    await this.views.follow(room.poolId);
  }

  /** Tells a pool nothing more, until it speaks with credentials that are good. */
  private forget(poolId: string): void {
    this.pools.delete(poolId);
    this.views.unfollow(poolId);
  }

  private publish(topic: string, message: object): void {
    const { client } = this;
    const { observer } = this.options;
    if (!client?.connected) return observer.publishes('dropped');
    // A broker that does not read is a broken one: better to come anew than to keep it all in memory.
    if (unread(client) > BROKER_LIMITS.heldBytesPerPool) {
      client.stream.destroy();
      return observer.publishes('dropped');
    }
    // What is lost with the connection, the next watch of the session brings.
    const properties = { messageExpiryInterval: REPLY_EXPIRY_SECONDS };
    client.publish(topic, JSON.stringify(message), { qos: 0, properties }, (error) =>
      observer.publishes(error ? 'failed' : 'sent'),
    );
  }

  private forgetSilent(): void {
    for (const [poolId, { heardAt, room }] of this.pools) {
      if (performance.now() - heardAt > LISTENS_FOR_MS && room.requests.isEmpty) this.forget(poolId);
    }
  }
}

const unread = (client: MqttClient | undefined): number =>
  (client?.stream as { writableLength?: number } | undefined)?.writableLength ?? 0;

/** Of several addresses that were tried, what the first one gave. */
function reasonOf(error: unknown): string {
  const {
    errors,
    message = '',
    code,
  } = error as Error & { readonly errors?: readonly Error[]; readonly code?: unknown };
  return message || (errors?.[0]?.message ?? String(code ?? error));
}
