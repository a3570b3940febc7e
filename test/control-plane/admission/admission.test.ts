import { describe, expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { clientAddress, networkOf, trustedProxies } from '../../../src/control-plane/admission/address';
import { readBody } from '../../../src/control-plane/admission/body';
import { FailedLogIns } from '../../../src/control-plane/admission/failed-log-ins';
import { InFlight } from '../../../src/control-plane/admission/in-flight';
import { TokenBuckets } from '../../../src/control-plane/admission/token-buckets';
import { Turns } from '../../../src/control-plane/admission/turns';
import { RequestError } from '../../../src/control-plane/errors';

describe('failed log-ins', () => {
  const failing = () => Promise.resolve(false);
  const right = () => Promise.resolve(true);
  const atClock = () => {
    const clock = { now: 0 };
    return { clock, logIns: new FailedLogIns({ burst: 3, perSecond: 1, now: () => clock.now }) };
  };

  test('are refused after too many, the right one among them, until time has passed', async () => {
    const { clock, logIns } = atClock();
    for (let count = 0; count < 3; count += 1) await logIns.attempt('a', failing);
    await expect(logIns.attempt('a', right)).rejects.toMatchObject({ code: 'too-many-requests', retryAfterSeconds: 1 });
    clock.now += 1000;
    expect(await logIns.attempt('a', right)).toBe(true);
  });

  test('are told as they end: those that nobody could check, and those before their check, have not', async () => {
    const { logIns } = atClock();
    const results: string[] = [];
    const broken = () => Promise.reject(new RequestError('unavailable', 'no'));
    const wrong = () => Promise.reject(new RequestError('unauthorized', 'no'));
    for (const prove of [right, broken, failing, wrong, failing, right]) {
      await logIns.attempt<boolean>('a', prove, (result) => void results.push(result)).catch(() => undefined);
    }
    expect(results).toEqual(['ok', 'refused', 'refused', 'refused', 'slowed']);
  });

  test('of an address do not delay another', async () => {
    const { logIns } = atClock();
    for (let count = 0; count < 3; count += 1) await logIns.attempt('a', failing);
    expect(await logIns.attempt('b', right)).toBe(true);
  });

  test('at the same moment count as well, and log-ins that succeed cost nothing', async () => {
    const { logIns } = atClock();
    for (let count = 0; count < 10; count += 1) await logIns.attempt('a', right);
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => logIns.attempt('a', failing)));
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(7);
  });

  test.each([
    ['count where they are refused', 'unauthorized', 'too-many-requests'],
    ['do not count while the database cannot be used', 'unavailable', 'unavailable'],
  ] as const)('that throw %s', async (_, code, afterwards) => {
    const { logIns } = atClock();
    const throwing = () => Promise.reject(new RequestError(code, 'no'));
    for (let count = 0; count < 3; count += 1) await logIns.attempt('a', throwing).catch(() => undefined);
    await expect(logIns.attempt('a', throwing)).rejects.toMatchObject({ code: afterwards });
  });
});

test('buckets of many addresses take no more memory than allowed', () => {
  const buckets = new TokenBuckets({ burst: 3, perSecond: 1, most: 100, now: () => 0 });
  for (let count = 0; count < 10_000; count += 1) buckets.take(`address ${count}`);
  expect(buckets.size).toBe(100);
});

describe('the address of a caller', () => {
  const trusted = trustedProxies(['10.0.0.0/8', '2001:db8::1']);

  test.each<[string, string, string | undefined, string]>([
    ['is that of the connection', '192.0.2.1', undefined, '192.0.2.1'],
    ['is not what a stranger says', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['is what a trusted proxy says', '10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['is the last that no trusted proxy has', '10.1.2.3', '203.0.113.9, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
    ['is that of a proxy that says nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['may be inside of IPv6', '::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['may be said by a proxy of IPv6', '2001:db8::1', '198.51.100.7', '198.51.100.7'],
  ])('%s', (_, peer, forwardedFor, expected) => expect(clientAddress(peer, forwardedFor, trusted)).toBe(expected));

  test.each(['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '2001:db8::/129'])('cannot be told by %s', (proxy) => {
    expect(() => trustedProxies([proxy])).toThrow(`the trusted proxy "${proxy}" is neither an address nor a network`);
  });
});

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['the same inside of IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
  ['a /64 of IPv6', '2001:db8:0:7:1:2:3:4', '2001:db8:0:7'],
  ['the same with fewer zeros', '2001:db8::7:ffff:0:0:1', '2001:db8:0:7'],
  ['the same on one link', 'fe80::1%eth0', 'fe80:0:0:0'],
])('what is counted as one: %s', (_, address, network) => expect(networkOf(address)).toBe(network));

describe('a body', () => {
  const limits = { who: 'pool', most: 1024, withinMs: 20 };

  test('is read whole, however it comes', async () => {
    const body = new PassThrough();
    const read = readBody(body, new InFlight(), limits);
    for (const byte of '{"a":"ö"}') body.write(byte);
    body.end();
    expect(await read).toBe('{"a":"ö"}');
  });

  test('that is too large is refused at once', async () => {
    const body = new PassThrough();
    body.write('x'.repeat(1025));
    await expect(readBody(body, new InFlight(), limits)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('that does not come is refused after its time', async () => {
    await expect(readBody(new PassThrough(), new InFlight(), limits)).rejects.toMatchObject({ code: 'timeout' });
  });

  test.each([
    ['half a character', [0x22, 0xc3, 0x22]],
    ['half a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['NUL in a longer form', [0x22, 0xc0, 0x80, 0x22]],
  ])('that is not UTF-8 (%s) is refused, and never read as something else', async (_, bytes) => {
    const body = new PassThrough();
    body.end(Buffer.from(bytes));
    await expect(readBody(body, new InFlight(), limits)).rejects.toMatchObject({ code: 'malformed' });
  });

  test('that breaks off is refused', async () => {
    const body = new PassThrough();
    const read = readBody(body, new InFlight(), limits);
    body.destroy();
    await expect(read).rejects.toMatchObject({ code: 'malformed' });
  });

  test('takes its part of the memory of its caller, and gives it back', async () => {
    const inFlight = new InFlight();
    const large = { who: 'pool', most: 20 * 1024 * 1024 };
    const waiting = new PassThrough();
    const first = readBody(waiting, inFlight, large);
    waiting.write(Buffer.alloc(12 * 1024 * 1024));
    const second = new PassThrough();
    second.write(Buffer.alloc(12 * 1024 * 1024));
    await expect(readBody(second, inFlight, large)).rejects.toMatchObject({ code: 'too-many-requests' });
    const ofAnother = new PassThrough();
    ofAnother.end(Buffer.alloc(12 * 1024 * 1024, 'x'));
    expect(await readBody(ofAnother, inFlight, { ...large, who: 'another' })).toHaveLength(12 * 1024 * 1024);
    waiting.end();
    await first;
    const third = new PassThrough();
    third.end(Buffer.alloc(12 * 1024 * 1024, 'x'));
    expect(await readBody(third, inFlight, large)).toHaveLength(12 * 1024 * 1024);
  });
});

describe('turns', () => {
  test('let one of each caller begin before a second of any', async () => {
    const turns = new Turns({ each: 2, most: 100 });
    const begun: string[] = [];
    const ask = (who: string) => turns.take(who).then(() => begun.push(who));
    await Promise.all([...Array.from({ length: 6 }, () => ask('a')), ask('b'), ask('c')]);
    expect(begun).toEqual(['a', 'a', 'a', 'b', 'c', 'a', 'a', 'a']);
  });

  test('refuse a caller that has too many waiting, and no other', async () => {
    const turns = new Turns({ each: 1, most: 2 });
    const asked = Array.from({ length: 4 }, () => turns.take('a'));
    const another = turns.take('b');
    const results = await Promise.allSettled([...asked, another]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });
});
