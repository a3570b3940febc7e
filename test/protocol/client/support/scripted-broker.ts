import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { generate, parser, type IConnackPacket, type IPublishPacket, type Packet } from 'mqtt-packet';

const protocolVersion = 5;

/** A broker that takes every connection and subscription, and does with requests as the test says. */
export class ScriptedBroker {
  connections = 0;
  /** Parts of the answer to a CONNECT, in place of those that take it. */
  connack: Partial<IConnackPacket> = {};
  /** Reason code of every PUBACK. */
  puback = 0;
  onPublish: (packet: IPublishPacket) => void = () => undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.serve(socket));
  }

  static async start(): Promise<ScriptedBroker> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedBroker(server);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  publish(topic: string, message: object): void {
    this.send({ cmd: 'publish', topic, payload: JSON.stringify(message), qos: 0, retain: false, dup: false });
  }

  /** To every client. */
  send(packet: Packet): void {
    for (const socket of this.sockets) socket.write(generate(packet, { protocolVersion }));
  }

  /** Ends every connection. */
  drop(): void {
    for (const socket of this.sockets) socket.end();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    const reader = parser({ protocolVersion });
    const answer = (packet: Packet) => void socket.write(generate(packet, { protocolVersion }));
    reader.on('packet', (packet) => {
      const { messageId } = packet;
      if (packet.cmd === 'connect') answer({ cmd: 'connack', sessionPresent: false, reasonCode: 0, ...this.connack });
      if (packet.cmd === 'subscribe') {
        answer({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => 0) });
      }
      if (packet.cmd === 'pingreq') answer({ cmd: 'pingresp' });
      if (packet.cmd !== 'publish') return;
      answer({ cmd: 'puback', messageId, reasonCode: this.puback });
      this.onPublish(packet);
    });
    socket.on('data', (data) => reader.parse(data));
  }
}
