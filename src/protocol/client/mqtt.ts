import { randomUUID } from 'node:crypto';
import type { IClientOptions, MqttClient, Packet } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import { trustedAuthorities } from '../../network/authorities';
import { sleep } from '../../time';
import { requireMatchingPair } from '../auth';
import { Gate } from '../gate';
import { parseJson } from '../json';
import { WorkerView } from '../messages';
import { MqttReply, PROOF_PROPERTY, readonlyTopic, replyTopic, writeonlyTopic } from '../mqtt-topics';
import { ProtocolError, type ControlPlaneSession, type SessionEvents } from '../session';
import type { Operation } from './call';
import { causeOfFailure, causeOfRefusal } from './causes';
import { openMqtt } from './open-mqtt';
import type { Connect, ConnectOptions } from './options';
import { SessionBase } from './session-base';

// Otherwise the first packet makes a buffer of each number up to 65,535, which takes 9 MiB for good.
writeToStream.cacheNumbers = false;

const KEEPALIVE_SECONDS = 20;
/** Requests under way at the same time, where the broker does not want fewer (receive maximum). */
const MOST_REQUESTS = 16;

/** Reason codes of MQTT 5; the first two with the return codes that MQTT 3.1.1 has for them. */
const CREDENTIALS_REFUSED = new Set([0x86, 0x87, 4, 5]);
const NO_MATCHING_SUBSCRIBERS = 0x10;
const PACKET_TOO_LARGE = 0x95;

interface Pending {
  resolve(body: unknown): void;
  reject(error: Error): void;
}

/** The session over MQTT: requests and replies by topic, views pushed, and a watch as heartbeat that misses nothing. */
class MqttSession extends SessionBase implements ControlPlaneSession {
  private client: MqttClient | undefined;
  private readonly pending = new Map<string, Pending>();
  /** Workers of this session, as the newest sync named them; other sessions of the pool read the same topics. */
  private own = new Set<string>();
  /** When anything last came over the connection, by the monotonic clock. */
  private heardAt = -Infinity;
  private fail: (error: Error) => void = () => undefined;
  private places = new Gate(MOST_REQUESTS);
  /** What the broker said when it refused or ended the connection. */
  private lastWords: { readonly code: number; readonly sentence: string | undefined } | undefined;

  constructor(options: ConnectOptions, events: SessionEvents) {
    super(options, events, (options.endpoint ?? options.token.mqtt).replace(/\/+$/, ''));
    this.open();
  }

  protected async connect(): Promise<void> {
    const { token, privateKeyPem, userAgent, authorities } = this.options;
    this.lastWords = undefined;
    const ca = trustedAuthorities(token.ca, authorities);
    const options: IClientOptions = {
      clientId: `${userAgent.slice(0, 40)}-${randomUUID()}`,
      username: token.poolId,
      password: await this.jwt(),
      protocolVersion: 5,
      clean: true,
      properties: { sessionExpiryInterval: 0 },
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: this.answerTimeoutMs,
      // A new JWT is needed each time, so that the loop of the session reconnects and not the library.
      reconnectPeriod: 0,
      ...(ca && { ca }),
      ...(this.endpoint.startsWith('mqtts:') && clientCertificate(token.certificate, privateKeyPem)),
    };
    const { signal } = this.closing;
    const client = await openMqtt(this.endpoint, options, { withinMs: this.answerTimeoutMs, signal }).catch(
      (error: unknown) => {
        throw causeOfFailure(error, this.endpoint);
      },
    );
    this.client = client;
    // Errors after the connection is up are followed by 'close', which ends the session's `follow`.
    client.on('error', (error) => this.fail(error));
    client.on('close', () => this.fail(this.closedByPeer()));
    client.on('packetreceive', (packet) => this.hear(packet));
    client.on('message', (topic, payload) => this.receive(topic, payload));
    await new Promise<void>((resolve, reject) => {
      this.fail = (error) => reject(this.causeOf(error));
      client.once('connect', ({ properties }) => {
        this.places = new Gate(Math.min(MOST_REQUESTS, properties?.receiveMaximum ?? MOST_REQUESTS));
        resolve();
      });
    });
    this.fail = (error) => this.rejectAll(error);
    const { poolId } = token;
    await client.subscribeAsync([readonlyTopic(poolId, '+'), replyTopic(poolId, this.options.session)], { qos: 1 });
  }

  protected async disconnect(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.rejectAll(new ProtocolError('unreachable', 'the connection was closed', true));
    if (client) await new Promise<void>((resolve) => client.end(true, {}, () => resolve()));
  }

  protected async follow(): Promise<void> {
    const { signal } = this.closing;
    for (;;) {
      const lost = new AbortController();
      const broken = new Promise<never>((_, reject) => {
        this.fail = (error) => {
          this.rejectAll(error);
          reject(this.causeOf(error));
          lost.abort();
        };
      });
      await Promise.race([sleep(this.clock, this.waitSeconds * 1000, AbortSignal.any([signal, lost.signal])), broken]);
      if (signal.aborted) return;
      if (!this.client?.connected) throw this.causeOf(this.closedByPeer());
      await Promise.race([this.watch(0), broken]);
    }
  }

  protected async exchange(
    operation: Operation,
    body: { workers?: { id: string }[] | string[] },
    timeoutMs: number,
  ): Promise<unknown> {
    const { client } = this;
    if (!client?.connected) throw this.noConnection();
    this.noteOwn(operation, body);
    const [proof, leave] = await Promise.all([this.jwt(), this.places.enter()]);
    try {
      if (this.client !== client) throw this.noConnection();
      return await this.ask(client, operation, body, proof, timeoutMs);
    } finally {
      leave();
    }
  }

  private ask(
    client: MqttClient,
    operation: Operation,
    body: object,
    proof: string,
    timeoutMs: number,
  ): Promise<unknown> {
    const id = randomUUID();
    const sentAt = this.clock.monotonic();
    const answered = new Promise<unknown>((resolve, reject) => {
      const cancel = this.clock.setTimer(timeoutMs, () => {
        this.pending
          .get(id)
          ?.reject(new ProtocolError('unreachable', `${this.endpoint} does not answer ${operation} in time`, true));
        // Silence means a dead connection, whatever the socket says. One late answer among others does not.
        if (this.heardAt <= sentAt) client.stream.destroy();
      });
      const settle = () => {
        cancel();
        this.pending.delete(id);
      };
      this.pending.set(id, {
        resolve: (value) => (settle(), resolve(value)),
        reject: (error) => (settle(), reject(error)),
      });
    });
    const topic = writeonlyTopic(this.options.token.poolId, this.options.session);
    // Nobody waits for the answer to a request that a broker has kept for longer.
    const properties = {
      messageExpiryInterval: Math.ceil(timeoutMs / 1000),
      userProperties: { [PROOF_PROPERTY]: proof },
    };
    const message = JSON.stringify({ op: operation, id, body });
    client.publish(topic, message, { qos: 1, properties }, (error) => {
      if (error) this.pending.get(id)?.reject(this.causeOf(error));
    });
    return answered;
  }

  private closedByPeer(): ProtocolError {
    return new ProtocolError('unreachable', `${this.endpoint} closed the connection`, true);
  }

  private noConnection(): ProtocolError {
    return new ProtocolError('unreachable', `there is no connection to ${this.endpoint}`, true);
  }

  private noteOwn(operation: Operation, body: { workers?: { id: string }[] | string[] }): void {
    if (operation !== 'register' && operation !== 'sync') return;
    if (operation === 'sync') this.own = new Set();
    for (const worker of body.workers ?? []) if (typeof worker === 'object') this.own.add(worker.id);
  }

  private hear(packet: Packet): void {
    this.heardAt = this.clock.monotonic();
    if ((packet.cmd === 'connack' || packet.cmd === 'disconnect') && packet.reasonCode) {
      this.lastWords = { code: packet.reasonCode, sentence: packet.properties?.reasonString };
    }
    if (packet.cmd === 'puback' && packet.reasonCode === NO_MATCHING_SUBSCRIBERS) {
      const message = `the control plane is not connected to its broker ${this.endpoint}`;
      this.rejectAll(new ProtocolError('unreachable', message, true));
    }
  }

  private receive(topic: string, payload: Buffer): void {
    const json = parseJson(payload.toString('utf8'));
    if (topic === replyTopic(this.options.token.poolId, this.options.session)) {
      this.receiveReply(json);
      return;
    }
    const view = WorkerView.safeParse(json);
    if (view.success && this.own.has(view.data.id)) this.views.offer(view.data);
  }

  private receiveReply(json: unknown): void {
    const reply = MqttReply.safeParse(json);
    const pending = reply.success ? this.pending.get(reply.data.id) : undefined;
    if (!reply.success || !pending) return;
    const { refusal, body } = reply.data;
    if (refusal) pending.reject(causeOfRefusal(0, refusal, this.endpoint));
    else pending.resolve(body);
  }

  private rejectAll(error: Error): void {
    for (const pending of [...this.pending.values()]) pending.reject(this.causeOf(error));
  }

  /** The broker's own words, where it gave some: a code always, a sentence if it likes. */
  private causeOf(error: Error): ProtocolError {
    const own = (error as { code?: unknown }).code;
    const { code, sentence } = this.lastWords ?? { code: own, sentence: undefined };
    if (error instanceof ProtocolError && code === undefined) return error;
    if (CREDENTIALS_REFUSED.has(code as number)) {
      const why = sentence ?? 'it was deleted or reset, or the clock of its cluster is wrong';
      const message = `the control plane at ${this.endpoint} refuses the credentials of the pool: ${why}`;
      return new ProtocolError('rejected', message, false);
    }
    if (code === PACKET_TOO_LARGE) {
      return new ProtocolError(
        'protocol',
        `${this.endpoint} takes no request as large: ${sentence ?? error.message}`,
        true,
      );
    }
    if (sentence !== undefined) {
      return new ProtocolError('unreachable', `${this.endpoint} closed the connection: ${sentence}`, true);
    }
    return causeOfFailure(error, this.endpoint);
  }
}

/**
 * Presented to a broker that asks for it, which that of the control plane does not. TLS would not begin with a certificate of
 * another key; without one, the control plane says that the proof is not in order.
 */
function clientCertificate(cert: string, key: string): { cert: string; key: string } | undefined {
  try {
    requireMatchingPair(cert, key);
    return { cert, key };
  } catch {
    return undefined;
  }
}

/** Opens a session over MQTT. */
export const connectMqtt: Connect = (options, events) => new MqttSession(options, events);
