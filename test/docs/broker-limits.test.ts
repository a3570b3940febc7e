import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { BROKER_LIMITS } from '../../src/control-plane/broker/limits';
import { bytes, rowsOf } from './support/tables';

type Name = keyof typeof BROKER_LIMITS;

const count = (value: number): string => value.toLocaleString('en');
const seconds = (ms: number): string => `${ms / 1000} s`;

/** What the table says of each row, with the limits that it is made of. */
const ROWS: readonly (readonly [what: string, limits: readonly Name[], says: (...values: number[]) => string])[] = [
  [
    'a CONNECT, a request, another packet',
    ['connectBytes', 'publishBytes', 'otherBytes'],
    (...values) => values.map(bytes).join(', '),
  ],
  ['properties of a request', ['propertiesBytes'], bytes],
  ['time from the first byte of a packet to its last', ['packetMs'], seconds],
  ['time from the first packet of TCP to the proof', ['unprovedMs'], seconds],
  [
    'connections without a proof',
    ['unprovedPerAddress', 'unprovedConnections'],
    (one, all) => `${count(one)} from an address, ${count(all)} altogether`,
  ],
  ['connections of a pool', ['connectionsPerPool'], count],
  ['connections', ['connections'], count],
  ['keep-alive', ['keepAliveSeconds'], (value) => `${value} s`],
  [
    'requests under way',
    ['requestsPerConnection', 'requestsPerPool', 'largeRequestsPerPool', 'largeRequestBytes'],
    (one, pool, large, from) => `${one} of a connection, ${pool} of a pool, ${large} of a pool above ${bytes(from)}`,
  ],
  [
    'subscriptions of a connection, and the length of each',
    ['subscriptionsPerConnection', 'topicFilterBytes'],
    (value, length) => `${value}, ${length} bytes`,
  ],
  [
    'bytes that have come in part or have not gone out',
    ['heldBytesPerPool', 'heldBytes'],
    (pool, all) => `${bytes(pool)} of a pool, ${bytes(all)} altogether`,
  ],
  ['… of them not gone out, of a connection that is read', ['unsentBytes'], bytes],
  ['time in which a client takes nothing', ['drainMs'], seconds],
];

describe('the limits of the embedded broker, as protocol.md has them', () => {
  const [, section = ''] = readFileSync('docs/protocol.md', 'utf8').split('**The embedded broker**');
  const table = rowsOf(section.split('**Another broker**')[0]!).slice(2);

  it.each(ROWS)('%s', (what, limits, says) => {
    const row = table.find(([name]) => name === what);
    expect(row?.[1]).toBe(says(...limits.map((name) => BROKER_LIMITS[name])));
  });

  it('are all of them', () => {
    expect(table.map(([what]) => what)).toEqual(ROWS.map(([what]) => what));
    expect(ROWS.flatMap(([, limits]) => limits).sort()).toEqual(Object.keys(BROKER_LIMITS).sort());
  });
});
