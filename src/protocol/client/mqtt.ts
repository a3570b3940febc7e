import { randomUUID } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { sleep } from '../../time';
import { trustedAuthorities } from '../authorities';
import { parseJson } from '../json';
import { WorkerView } from '../messages';
import { MqttReply, readonlyTopic, replyTopic, writeonlyTopic } from '../mqtt-topics';
import { ProtocolError, type ControlPlaneSession, type SessionEvents } from '../session';
import type { Operation } from './call';
import { causeOfFailure, causeOfRefusal } from './causes';
import type { Connect, ConnectOptions } from './options';
import { SessionBase } from './session-base';

const KEEPALIVE_SECONDS = 20;

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

  constructor(options: ConnectOptions, events: SessionEvents) {
    super(options, events, (options.endpoint ?? options.token.mqtt).replace(/\/+$/, ''));
    this.open();
  }

  protected async connect(): Promise<void> {
    const { token, userAgent, authorities } = this.options;
    const ca = trustedAuthorities(token.ca, authorities);
    const client = mqtt.connect(this.endpoint, {
      clientId: `${userAgent.slice(0, 40)}-${randomUUID()}`,
      username: token.poolId,
      password: await this.jwt(),
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: this.answerTimeoutMs,
      // A new JWT is needed each time, so that the loop of the session reconnects and not the library.
      reconnectPeriod: 0,
      ...(ca && { ca }),
    });
    this.client = client;
    // Errors after the connection is up are followed by 'close', which ends the session's `follow`.
    client.on('error', (error) => this.fail(error));
    client.on('close', () =>
      this.fail(new ProtocolError('unreachable', `${this.endpoint} closed the connection`, true)),
    );
    client.on('packetreceive', () => (this.heardAt = this.clock.monotonic()));
    client.on('message', (topic, payload) => this.receive(topic, payload));
    await new Promise<void>((resolve, reject) => {
      this.fail = (error) => reject(this.causeOf(error));
      client.once('connect', () => resolve());
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
      if (!this.client?.connected)
        throw new ProtocolError('unreachable', `${this.endpoint} closed the connection`, true);
      await Promise.race([this.watch(0), broken]);
    }
  }

  protected exchange(
    operation: Operation,
    body: { workers?: { id: string }[] | string[] },
    timeoutMs: number,
  ): Promise<unknown> {
    const { client } = this;
    if (!client?.connected) throw new ProtocolError('unreachable', `there is no connection to ${this.endpoint}`, true);
    this.noteOwn(operation, body);
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
    client.publish(topic, JSON.stringify({ op: operation, id, body }), { qos: 1 }, (error) => {
      if (error) this.pending.get(id)?.reject(causeOfFailure(error, this.endpoint));
    });
    return answered;
  }

  private noteOwn(operation: Operation, body: { workers?: { id: string }[] | string[] }): void {
    if (operation !== 'register' && operation !== 'sync') return;
    if (operation === 'sync') this.own = new Set();
    for (const worker of body.workers ?? []) if (typeof worker === 'object') this.own.add(worker.id);
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

  /** A refused CONNECT carries a number (MQTT 3.1.1: 4 and 5 for credentials) and no words. */
  private causeOf(error: Error): ProtocolError {
    const code = (error as { code?: unknown }).code;
    if (code === 4 || code === 5) {
      const message = `the control plane at ${this.endpoint} refuses the credentials of the pool: it was deleted or reset, or the clock of its cluster is wrong`;
      return new ProtocolError('rejected', message, false);
    }
    return causeOfFailure(error, this.endpoint);
  }
}

/** Opens a session over MQTT. */
export const connectMqtt: Connect = (options, events) => new MqttSession(options, events);
