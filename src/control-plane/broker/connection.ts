import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { IConnectPacket, IPublishPacket, ISubscribePacket, IUnsubscribePacket, Packet } from 'mqtt-packet';
import { readonlyTopic, replyTopic, requestTopicOf } from '../../protocol/mqtt-topics';
import type { PoolProof } from '../identity/pool-identity';
import type { ProofCheck } from '../identity/proof-checks';
import type { Allowance } from './allowance';
import { acceptance, keepAliveOf, refusalOfConnect, refusalPacket } from './connect';
import { Gate } from '../../protocol/gate';
import type { BrokerLimits } from './limits';
import { MqttStream } from './mqtt-stream';
import type { PoolRoom } from './pool-room';
import { proofIn } from './proof';
import { Ending, endingOf, REASON } from './reason';
import type { Answer, IncomingRequest } from './requests';
import { isFilterBelow, matches } from './topic-filter';

/** Failure of a subscription in MQTT 3.1.1. */
const SUBACK_FAILURE = 0x80;

/** What a connection asks of the broker. */
export interface ConnectionHost {
  readonly limits: BrokerLimits;
  /**
   * Looks at the proof and calls `proved` of the connection.
   * @throws Ending for a proof that is not in order, or when the pool has too many connections
   */
  enter(connection: Connection, connect: IConnectPacket): Promise<void>;
  leave(connection: Connection): void;
  /** How JWTs that come over the connection are checked. */
  checkOf(connection: Connection): ProofCheck;
  answer(request: IncomingRequest): Promise<Answer>;
  /** Milliseconds from now on. */
  msUntil(time: number): number;
}

/**
 * One client's connection. It reads a packet only when the last one is done with, and answers over its own socket: a
 * client that does not read, or asks for more than it may have under way, holds up nobody but itself.
 */
export class Connection {
  clientId = '';
  private readonly stream: MqttStream;
  private readonly subscriptions = new Set<string>();
  private readonly requests: Gate;
  private readonly gone = new AbortController();
  private state: { proof: PoolProof; readonly room: PoolRoom } | undefined;
  private accepted = false;
  private proofTimer: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    private readonly host: ConnectionHost,
    held: Allowance,
  ) {
    this.stream = new MqttStream(socket, host.limits, held);
    this.requests = new Gate(host.limits.requestsPerConnection);
    socket.once('close', () => this.close());
  }

  get socket(): Socket {
    return this.stream.socket;
  }

  /** Of the certificate that the client has proved. */
  get fingerprint(): string | undefined {
    return this.state?.proof.fingerprint;
  }

  /** Serves the client until it goes. Never rejects. */
  async serve(): Promise<void> {
    try {
      for await (const packet of this.stream.packets()) {
        await this.stream.drained();
        await this.take(packet);
        await this.turn();
      }
      this.stream.destroy();
    } catch (error) {
      if (error instanceof Ending) this.end(error);
      else this.stream.destroy();
    }
  }

  proved(proof: PoolProof, room: PoolRoom): void {
    this.state = { proof, room };
  }

  /** Sends a message if the client subscribes to its topic. */
  deliver(topic: string, payload: Buffer): void {
    if (![...this.subscriptions].some((filter) => matches(filter, topic))) return;
    this.stream.send({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });
  }

  end(ending: Ending): void {
    if (this.accepted) this.stream.end(ending);
    else this.stream.end(ending, refusalPacket(this.stream.version, ending));
    this.close();
  }

  private close(): void {
    if (this.gone.signal.aborted) return;
    this.gone.abort();
    clearTimeout(this.proofTimer);
    this.host.leave(this);
  }

  private async take(packet: Packet): Promise<void> {
    if (!this.state) return this.connect(packet as IConnectPacket);
    const { room } = this.state;
    if (packet.cmd === 'publish') return this.publish(packet, room);
    if (packet.cmd === 'subscribe') return this.subscribe(packet, room.poolId);
    if (packet.cmd === 'unsubscribe') return this.unsubscribe(packet);
    if (packet.cmd === 'pingreq') return this.stream.send({ cmd: 'pingresp' });
    if (packet.cmd === 'disconnect') return this.stream.destroy();
    throw new Ending(REASON.protocolError, `a client does not send ${packet.cmd} here`);
  }

  private async connect(packet: IConnectPacket): Promise<void> {
    const { stream, host } = this;
    stream.version = packet.protocolVersion === 5 ? 5 : 4;
    stream.clientTakesBytes = packet.properties?.maximumPacketSize ?? Infinity;
    const refusal = refusalOfConnect(packet);
    if (refusal) throw refusal;
    this.clientId = packet.clientId || randomUUID();
    await host.enter(this, packet);
    // It went while its proof was looked at.
    if (!this.state || this.gone.signal.aborted) return host.leave(this);
    if (!stream.moveTo(this.state.room.held)) throw new Ending(REASON.quotaExceeded, 'the pool has too much under way');
    stream.expectWordEvery(keepAliveOf(packet, host.limits) * 1.5);
    this.watchProof();
    this.accepted = true;
    stream.send(acceptance(packet, host.limits, this.clientId));
  }

  private async publish(packet: IPublishPacket, room: PoolRoom): Promise<void> {
    if (packet.retain) throw new Ending(REASON.retainNotSupported, 'nothing is retained here');
    if (packet.qos === 2) throw new Ending(REASON.qosNotSupported, 'QoS 2 is not supported here');
    if (packet.properties?.topicAlias) throw new Ending(REASON.topicAliasInvalid, 'there are no topic aliases here');
    const to = requestTopicOf(packet.topic);
    if (to?.poolId !== room.poolId) throw new Ending(REASON.notAuthorized, 'a pool writes below its own topic only');
    const payload = packet.payload as Buffer;
    const leave = await this.placeFor(payload.length, room);
    if (this.gone.signal.aborted) {
      leave();
      this.host.leave(this);
      return;
    }
    if (packet.qos === 1) this.stream.send({ cmd: 'puback', messageId: packet.messageId });
    void this.answer(to.session, payload, proofIn(packet)).finally(() => {
      leave();
      if (this.gone.signal.aborted) this.host.leave(this);
    });
  }

  /** Others are served before the next packet of the pool is, however many came at once. */
  private turn(): Promise<void> {
    return this.state?.room.turn() ?? new Promise((resolve) => setImmediate(resolve));
  }

  private async placeFor(bytes: number, room: PoolRoom): Promise<() => void> {
    const places = [await this.requests.enter()];
    if (bytes > this.host.limits.largeRequestBytes) places.push(await room.largeRequests.enter());
    places.push(await room.requests.enter());
    await room.turn();
    return () => {
      for (const giveBack of places) giveBack();
    };
  }

  private async answer(session: string, payload: Buffer, jwt: string | undefined): Promise<void> {
    const { state } = this;
    if (!state) return;
    const { poolId } = state.room;
    const check = this.host.checkOf(this);
    const request = { poolId, session, payload, jwt, proof: state.proof, check, signal: this.gone.signal };
    const { reply, proof } = await this.host.answer(request);
    if (this.gone.signal.aborted) return;
    if (reply) this.deliver(replyTopic(poolId, session), Buffer.from(JSON.stringify(reply)));
    if (!proof) {
      const refusal = { code: 'unauthorized', message: 'the proof of the pool is good no longer', ...reply?.refusal };
      this.end(endingOf(refusal, REASON.notAuthorized));
      return;
    }
    if (proof.expiresAt > state.proof.expiresAt) state.proof = proof;
  }

  private watchProof(): void {
    const { state } = this;
    if (!state) return;
    const ms = this.host.msUntil(state.proof.expiresAt);
    if (ms <= 0)
      this.end(new Ending(REASON.notAuthorized, 'the proof of the pool has expired, and no request brought another'));
    else this.proofTimer = setTimeout(() => this.watchProof(), ms);
  }

  private subscribe(packet: ISubscribePacket, poolId: string): void {
    const granted = packet.subscriptions.map(({ topic }) => this.grant(topic, poolId));
    const { messageId } = packet;
    const codes = this.stream.version === 5 ? granted : granted.map((code) => (code > 2 ? SUBACK_FAILURE : code));
    this.stream.send({ cmd: 'suback', messageId, granted: codes });
  }

  /** Always QoS 0: a message that is lost is lost with the connection, which no session outlives. */
  private grant(filter: string, poolId: string): number {
    const { limits } = this.host;
    if (filter.startsWith('$share/')) return REASON.sharedSubscriptionsNotSupported;
    if (!filter.startsWith(readonlyTopic(poolId, ''))) return REASON.notAuthorized;
    if (filter.length > limits.topicFilterBytes || !isFilterBelow(filter, readonlyTopic(poolId, ''))) {
      return REASON.topicFilterInvalid;
    }
    if (this.subscriptions.size >= limits.subscriptionsPerConnection && !this.subscriptions.has(filter)) {
      return REASON.quotaExceeded;
    }
    this.subscriptions.add(filter);
    return REASON.success;
  }

  private unsubscribe({ messageId, unsubscriptions }: IUnsubscribePacket): void {
    const NO_SUBSCRIPTION = 0x11;
    const granted = unsubscriptions.map((filter) =>
      this.subscriptions.delete(filter) ? REASON.success : NO_SUBSCRIPTION,
    );
    this.stream.send({ cmd: 'unsuback', messageId, granted });
  }
}
