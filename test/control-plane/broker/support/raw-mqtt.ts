import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { signPoolJwt } from '../../../../src/protocol/auth';
import { replyTopic, writeonlyTopic } from '../../../../src/protocol/mqtt-topics';
import { until } from '../../../support/until';
import type { TestPool } from '../../support/control-plane';

interface Reply {
  readonly id: string;
  readonly body?: object;
  readonly refusal?: { readonly code: string; readonly message: string };
}

/** Sends packets as they are, also those that no client library would. */
export class RawMqtt {
  readonly packets: Packet[] = [];
  version: 4 | 5 = 5;

  private constructor(readonly socket: Socket) {
    const reader = parser({ protocolVersion: 5 });
    reader.on('packet', (packet) => this.packets.push(packet));
    reader.on('error', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      // The library's reader learns the version from a CONNECT, which a client never reads.
      Object.assign(reader, { settings: { protocolVersion: this.version } });
      reader.parse(data);
    });
  }

  /** Over plain TCP, as from a machine of its own if another address of the loopback is given. */
  static async open(url: string, localAddress = '127.0.0.1'): Promise<RawMqtt> {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return new RawMqtt(socket);
  }

  /** Connects as a pool, and listens to all that it may hear. */
  static async pool(url: string, pool: TestPool, version: 4 | 5 = 5, localAddress?: string): Promise<RawMqtt> {
    const raw = await RawMqtt.open(url, localAddress);
    raw.send(await connectPacket(pool, { protocolVersion: version }));
    const connack = await raw.next('connack');
    if ((connack.reasonCode ?? connack.returnCode) !== 0) throw new Error(`refused: ${JSON.stringify(connack)}`);
    raw.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: `spacelift/readonly/${pool.id}/#`, qos: 1 }],
    });
    await raw.next('suback');
    return raw;
  }

  send(packet: Packet): void {
    if (packet.cmd === 'connect') this.version = packet.protocolVersion === 5 ? 5 : 4;
    this.write(this.encode(packet));
  }

  encode(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.version });
  }

  write(bytes: Buffer): boolean {
    return !this.socket.destroyed && this.socket.write(bytes);
  }

  request(pool: TestPool, op: string, body: object = {}, id: string = randomUUID()): string {
    const payload = JSON.stringify({ op, id, body: { session: 's', ...body } });
    const topic = writeonlyTopic(pool.id, 's');
    this.send({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });
    return id;
  }

  /** Sends a request and waits for its reply. */
  async ask(pool: TestPool, op: string, body: object = {}): Promise<Reply> {
    const id = this.request(pool, op, body);
    return until(() => this.replies(pool).find((reply) => reply.id === id), `the reply to ${op}`);
  }

  replies(pool: TestPool): Reply[] {
    return this.published(replyTopic(pool.id, 's')) as Reply[];
  }

  published(topic: string): unknown[] {
    return this.packets.flatMap((packet) =>
      packet.cmd === 'publish' && packet.topic === topic ? [JSON.parse(packet.payload.toString()) as unknown] : [],
    );
  }

  async next<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    const isWanted = (packet: Packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd;
    return until(() => this.packets.find(isWanted), `a packet ${cmd} comes`);
  }

  ended(): Promise<unknown> {
    return until(() => this.socket.closed, 'the broker closes the connection');
  }

  /** Reads on, and looks at nothing. */
  ignore(): void {
    this.socket.removeAllListeners('data').resume();
  }

  close(): void {
    this.socket.destroy();
  }
}

/** With a proof that is in order. */
export async function connectPacket(pool: TestPool, given: Partial<IConnectPacket> = {}): Promise<IConnectPacket> {
  const { token, privateKeyPem } = pool;
  const jwt = await signPoolJwt({ poolId: token.poolId, certificate: token.certificate, privateKeyPem });
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: true,
    keepalive: 60,
    clientId: randomUUID(),
    username: pool.id,
    password: Buffer.from(jwt),
    ...given,
  };
}

/** The first bytes of a packet that says it is so long. */
export function announced(type: 'connect' | 'publish', bytes: number): Buffer {
  const length = [];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 128)) length.push((rest % 128) + (rest >= 128 ? 128 : 0));
  return Buffer.from([type === 'connect' ? 0x10 : 0x30, ...length]);
}
