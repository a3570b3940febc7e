import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { generate, parser, type Packet } from 'mqtt-packet';
import { listen, type Listener } from '../../../../src/control-plane/listen';
import type { ServerPair } from './gateway';

/** Whether a client says it, or its broker. */
export type Side = 'client' | 'broker';

/** When each copy of a message is handed on, in milliseconds from now. */
export type TreatMessage = (side: Side) => readonly number[];

const MQTT_5 = { protocolVersion: 5 } as const;
/** Ids of copies, which clients are far from. */
const COPIES_FROM = 40_000;

/** A broker between clients and the control plane's own that hands messages on late, in another order, and more than once. */
export class MqttGateway {
  treat: TreatMessage = () => [0];
  private copies = 0;
  private readonly copied = new Set<number>();

  private constructor(
    private readonly listener: Listener,
    private readonly ca: string,
    private readonly backEnd: () => number,
  ) {}

  static async start({ certificate, key }: ServerPair, ca: string, backEnd: () => number): Promise<MqttGateway> {
    const server = createServer({ cert: certificate, key });
    const gateway = new MqttGateway(await listen(server, { host: '127.0.0.1', port: 0 }), ca, backEnd);
    server.on('secureConnection', (client) => void gateway.carry(client));
    return gateway;
  }

  get port(): number {
    return this.listener.port;
  }

  heal(): void {
    this.treat = () => [0];
  }

  close(): Promise<void> {
    return this.listener.close();
  }

  private async carry(client: TLSSocket): Promise<void> {
    client.on('error', () => undefined);
    const broker = connect({ host: '127.0.0.1', port: this.backEnd(), ca: this.ca });
    broker.on('error', () => client.destroy());
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
    await once(broker, 'secureConnect').catch(() => undefined);
    this.hand(client, broker, 'client');
    this.hand(broker, client, 'broker');
  }

  private hand(from: TLSSocket, to: TLSSocket, side: Side): void {
    const packets = parser(MQTT_5);
    const write = (packet: Packet): void => void (to.writable && to.write(generate(packet, MQTT_5)));
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd === 'puback' && this.copied.delete(packet.messageId ?? 0)) return;
      if (packet.cmd !== 'publish') return write(packet);
      for (const [copy, delayMs] of this.treat(side).entries()) {
        const told = copy === 0 || packet.qos === 0 ? packet : { ...packet, messageId: this.idOfCopy() };
        if (delayMs === 0) write(told);
        else setTimeout(() => write(told), delayMs);
      }
    });
    packets.on('error', () => from.destroy());
    from.on('data', (piece: Buffer) => packets.parse(piece));
  }

  private idOfCopy(): number {
    const id = COPIES_FROM + (this.copies++ % 20_000);
    this.copied.add(id);
    return id;
  }
}
