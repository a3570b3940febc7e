import type { Socket } from 'node:net';
import { generate, parser as mqttParser, type Packet } from 'mqtt-packet';
import type { Allowance } from './allowance';
import type { BrokerLimits } from './limits';
import { CONNECT, MalformedPacket, PacketReader, PacketTooLarge, PUBLISH } from './packet-reader';
import { propertiesBytes, unknownVersion } from './raw-packet';
import { Ending, REASON } from './reason';

/** How long a client has to read the last packet and close. */
const FAREWELL_MS = 1000;

/** MQTT packets over a connection: whole ones in, whole ones out, and no more of either in memory than is allowed. */
export class MqttStream {
  version = 4;
  /** Largest packet that the client takes. */
  clientTakesBytes = Infinity;
  private readonly reader: PacketReader;
  private readonly parser = mqttParser();
  private readonly unsent = { bytes: 0, timer: undefined as NodeJS.Timeout | undefined };
  private heldIn = 0;
  private ended = false;
  /** Wakes whoever waits for the client to read. */
  private wake: () => void = () => undefined;
  private silence: NodeJS.Timeout | undefined;
  private packetTimer: NodeJS.Timeout | undefined;
  /** While the last packets are worked on, nothing is read, and the client's silence is not its own. */
  private reading = true;

  constructor(
    readonly socket: Socket,
    private readonly limits: BrokerLimits,
    private held: Allowance,
  ) {
    this.reader = new PacketReader(limits);
    // What goes wrong is told to whoever reads and writes; without a listener it would end the process.
    socket.on('error', () => undefined);
    socket.once('close', () => this.release());
    socket.setNoDelay(true);
  }

  /** Every packet, until the connection ends. @throws Ending for what cannot be read, or takes too long */
  async *packets(): AsyncGenerator<Packet> {
    // Whoever stops reading may still have something to say.
    for await (const chunk of this.socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      this.silence?.refresh();
      this.reading = false;
      for (const bytes of this.cut(chunk)) {
        yield this.parse(bytes);
        if (this.ended) return;
      }
      this.reading = true;
      this.watchPacket();
    }
  }

  /** Counts from now on as the memory of somebody else. False when there is no room in it. */
  moveTo(held: Allowance): boolean {
    const bytes = this.heldIn + this.unsent.bytes;
    if (!held.take(bytes)) return false;
    this.held.giveBack(bytes);
    this.held = held;
    return true;
  }

  /** Ends the connection after so long without a word. */
  expectWordEvery(seconds: number): void {
    clearTimeout(this.silence);
    if (!Number.isFinite(seconds)) return;
    this.silence = setTimeout(() => {
      if (this.reading) this.end(new Ending(REASON.keepAliveTimeout, 'nothing came within the keep-alive'));
      else this.silence?.refresh();
    }, seconds * 1000);
  }

  send(packet: Packet): void {
    if (this.ended || this.socket.destroyed) return;
    const bytes = generate(packet, { protocolVersion: this.version });
    if (bytes.length > this.clientTakesBytes) return;
    if (!this.held.take(bytes.length)) {
      this.destroy();
      return;
    }
    this.unsent.bytes += bytes.length;
    this.unsent.timer ??= setTimeout(() => this.destroy(), this.limits.drainMs);
    this.socket.write(bytes, () => this.wasSent(bytes.length));
  }

  /** Resolves once the client has read enough of what it was sent, or is gone. */
  async drained(): Promise<void> {
    while (this.unsent.bytes > this.limits.unsentBytes && !this.socket.destroyed) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Says why, as far as the client's version of MQTT can, and closes. */
  end(ending: Ending, packet: Packet | undefined = this.disconnect(ending)): void {
    if (this.ended) return;
    if (packet) this.send(packet);
    this.ended = true;
    this.socket.end();
    const timer = setTimeout(() => this.destroy(), FAREWELL_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  /** Closes without a word. */
  destroy(): void {
    this.ended = true;
    this.socket.destroy();
    this.release();
  }

  private disconnect({ reason, message }: Ending): Packet | undefined {
    return this.version === 5
      ? { cmd: 'disconnect', reasonCode: reason, properties: { reasonString: message } }
      : undefined;
  }

  private wasSent(bytes: number): void {
    if (this.unsent.bytes === 0) return;
    this.unsent.bytes -= bytes;
    this.held.giveBack(bytes);
    if (this.unsent.bytes > 0) this.unsent.timer?.refresh();
    else this.unsent.timer = void clearTimeout(this.unsent.timer);
    this.wake();
  }

  private cut(chunk: Buffer): Buffer[] {
    try {
      const packets = this.reader.push(chunk);
      const change = this.reader.heldBytes - this.heldIn;
      if (change < 0) this.held.giveBack(-change);
      else if (!this.held.take(change)) throw new Ending(REASON.quotaExceeded, 'too much is under way');
      this.heldIn += change;
      // The next packet has the whole time.
      if (packets.length > 0) this.packetTimer = void clearTimeout(this.packetTimer);
      return packets;
    } catch (error) {
      if (error instanceof PacketTooLarge) throw new Ending(REASON.packetTooLarge, error.message);
      if (error instanceof MalformedPacket) throw new Ending(REASON.malformedPacket, error.message);
      throw error;
    }
  }

  private watchPacket(): void {
    if (!this.reader.isInside) return;
    this.packetTimer ??= setTimeout(() => {
      if (this.reading) this.end(new Ending(REASON.malformedPacket, 'a packet took too long to come whole'));
      else this.packetTimer?.refresh();
    }, this.limits.packetMs);
  }

  private parse(bytes: Buffer): Packet {
    const type = bytes[0]! >> 4;
    if (this.version === 5 && type === PUBLISH && propertiesBytes(bytes) > this.limits.propertiesBytes) {
      throw new Ending(REASON.packetTooLarge, `more than ${this.limits.propertiesBytes} bytes of properties`);
    }
    let packet: Packet | undefined;
    let failure: unknown;
    const onPacket = (parsed: Packet) => (packet = parsed);
    const onError = (error: unknown) => (failure = error);
    this.parser.on('packet', onPacket).on('error', onError);
    try {
      this.parser.parse(bytes);
    } catch (error) {
      failure = error;
    } finally {
      this.parser.off('packet', onPacket).off('error', onError);
    }
    if (packet && failure === undefined) return packet;
    if (type === CONNECT && unknownVersion(bytes) !== undefined) {
      throw new Ending(REASON.unsupportedVersion, 'this broker speaks MQTT 3.1.1 and 5');
    }
    throw new Ending(REASON.malformedPacket, 'a packet is malformed');
  }

  private release(): void {
    clearTimeout(this.silence);
    clearTimeout(this.packetTimer);
    clearTimeout(this.unsent.timer);
    this.held.giveBack(this.heldIn + this.unsent.bytes);
    this.heldIn = 0;
    this.unsent.bytes = 0;
    this.wake();
  }
}
