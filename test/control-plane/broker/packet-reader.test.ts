import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { PacketReader } from '../../../src/control-plane/broker/packet-reader';
import { announced } from './support/raw-mqtt';

const LIMITS = { connectBytes: 1000, publishBytes: 100_000, otherBytes: 500 };
const connect = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'x' });
const publish = (bytes: number) =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, retain: false, dup: false });

const connected = () => {
  const reader = new PacketReader(LIMITS);
  reader.push(connect);
  return reader;
};

describe('the reader of packets', () => {
  test('finds the same packets however the stream is cut', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 5 });
    const cuts = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, cuts, (payloads, pieces) => {
        const packets = [connect, ...payloads.map(publish)];
        const stream = Buffer.concat(packets);
        const reader = new PacketReader(LIMITS);
        const found: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; at += pieces[i++ % pieces.length]!) {
          found.push(...reader.push(stream.subarray(at, at + pieces[i % pieces.length]!)));
        }
        expect(found.map((packet) => packet.toString('hex'))).toEqual(packets.map((packet) => packet.toString('hex')));
        expect([reader.heldBytes, reader.isInside]).toEqual([0, false]);
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, () => PacketReader, Buffer]>([
    ['a CONNECT', () => new PacketReader(LIMITS), announced('connect', 255 * 1024 * 1024)],
    ['a request', connected, announced('publish', 100_001)],
    ['a subscription', connected, Buffer.from([0x82, 0xff, 0x7f])],
  ])('refuses %s that is too large by its announced length', (_, reader, bytes) => {
    expect(() => reader().push(bytes)).toThrow(/is larger than the \d+ that are taken/);
  });

  test.each<[string, () => PacketReader, Buffer]>([
    ['another packet before the CONNECT', () => new PacketReader(LIMITS), publish(1)],
    ['a length of five bytes', connected, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])],
  ])('refuses %s', (_, reader, bytes) => {
    expect(() => reader().push(bytes)).toThrow();
  });

  test('takes memory for what came, not for what was announced, and not piece by piece', () => {
    const reader = connected();
    reader.push(publish(90_000).subarray(0, 10));
    expect(reader.heldBytes).toBeLessThan(100);
    for (let i = 0; i < 40_000; i++) reader.push(Buffer.from([0]));
    expect(reader.heldBytes).toBeLessThan(2 * 40_010);
  });
});
