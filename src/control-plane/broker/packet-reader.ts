/** First four bits of a packet. */
export const CONNECT = 1;
export const PUBLISH = 3;

export interface PacketLimits {
  readonly connectBytes: number;
  readonly publishBytes: number;
  readonly otherBytes: number;
}

export class PacketTooLarge extends Error {
  override readonly name = 'PacketTooLarge';
}

export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

/**
 * Cuts what comes over a connection into whole MQTT packets. A packet that is larger than its kind may be is refused by the
 * length that it announces, and memory is taken for what came, never for what was announced.
 */
export class PacketReader {
  private buffer = Buffer.alloc(0);
  private used = 0;
  private connected = false;

  constructor(private readonly limits: PacketLimits) {}

  /** Bytes in memory of a packet that has not come whole. */
  get heldBytes(): number {
    return this.buffer.length;
  }

  /** Whether a packet has begun and not ended. */
  get isInside(): boolean {
    return this.used > 0;
  }

  /**
   * Takes a piece of the stream.
   * @returns the packets that it completes
   * @throws PacketTooLarge or MalformedPacket, after which the stream cannot be read on
   */
  push(chunk: Buffer): Buffer[] {
    const packets: Buffer[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const wanted = this.wanted(rest);
      if (this.used + rest.length < wanted) {
        this.keep(rest, wanted);
        break;
      }
      const taken = wanted - this.used;
      packets.push(this.used === 0 ? rest.subarray(0, taken) : this.complete(rest.subarray(0, taken)));
      this.connected = true;
      rest = rest.subarray(taken);
    }
    return packets;
  }

  /** Length of the packet that has begun; more than is there while the length itself has not come whole. */
  private wanted(rest: Buffer): number {
    const byte = (at: number) => (at < this.used ? this.buffer[at] : rest[at - this.used]);
    const type = byte(0)! >> 4;
    if (!this.connected && type !== CONNECT) throw new MalformedPacket('the first packet is no CONNECT');
    let length = 0;
    for (let at = 1; at <= 4; at++) {
      const digit = byte(at);
      if (digit === undefined) return at + 1;
      length += (digit & 0x7f) * 0x80 ** (at - 1);
      if (digit < 0x80) return this.allowed(type, length + at + 1);
    }
    throw new MalformedPacket('the length of a packet is malformed');
  }

  private allowed(type: number, bytes: number): number {
    const limit = type === CONNECT ? 'connectBytes' : type === PUBLISH ? 'publishBytes' : 'otherBytes';
    if (bytes <= this.limits[limit]) return bytes;
    throw new PacketTooLarge(`a packet of ${bytes} bytes is larger than the ${this.limits[limit]} that are taken`);
  }

  private keep(rest: Buffer, wanted: number): void {
    const needed = this.used + rest.length;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafe(
        Math.min(Math.max(needed, this.buffer.length * 2, 64), Math.max(wanted, needed)),
      );
      this.buffer.copy(grown, 0, 0, this.used);
      this.buffer = grown;
    }
    rest.copy(this.buffer, this.used);
    this.used = needed;
  }

  private complete(rest: Buffer): Buffer {
    const packet = Buffer.concat([this.buffer.subarray(0, this.used), rest]);
    this.buffer = Buffer.alloc(0);
    this.used = 0;
    return packet;
  }
}
