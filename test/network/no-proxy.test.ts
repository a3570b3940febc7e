import { describe, expect, test } from '@jest/globals';
import { NoProxy } from '../../src/network/no-proxy';

/** What NO_PROXY says, who is reached without a proxy then, and who by one. */
const CASES: readonly (readonly [list: string, direct: readonly string[], proxied: readonly string[]])[] = [
  ['example.com', ['example.com', 'a.example.com', 'EXAMPLE.com', 'example.com.'], ['notexample.com', 'example.org']],
  ['.example.com', ['a.example.com', 'a.b.example.com'], ['example.com', 'notexample.com']],
  ['*.example.com', ['a.example.com'], ['example.com']],
  ['Example.COM.', ['example.com'], ['example.org']],
  ['example.com:8443', ['example.com:8443', 'a.example.com:8443'], ['example.com', 'example.com:443']],
  ['.svc,.cluster.local', ['control-plane.worker-pools.svc', 'a.svc.cluster.local'], ['svc.example.com']],
  ['a.example.com, b.example.com c.example.com', ['b.example.com', 'c.example.com'], ['d.example.com']],
  ['*', ['example.com', '192.0.2.1', '[2001:db8::1]'], []],
  ['192.0.2.1', ['192.0.2.1'], ['192.0.2.10', 'a192.0.2.1']],
  ['192.0.2.1:8443', ['192.0.2.1:8443'], ['192.0.2.1']],
  ['10.0.0.0/8', ['10.1.2.3', '10.255.255.255:8443'], ['11.0.0.1', 'example.com', '[::ffff:0:0]']],
  ['0.0.0.0/0', ['192.0.2.1'], ['[2001:db8::1]']],
  ['fd00::/8', ['[fd12:3456::1]', 'fd00::1'], ['[fe80::1]', '10.0.0.1']],
  ['2001:db8::1', ['[2001:db8::1]', '[2001:DB8:0:0::1]:8443'], ['[2001:db8::2]']],
  ['[2001:db8::1]:8443', ['[2001:db8::1]:8443'], ['[2001:db8::1]']],
  ['', ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'a.localhost'], ['example.com', '10.0.0.1']],
];

const covers = (list: string, host: string): boolean => {
  const [, name = host, port = '443'] = /^(.*[^:\d].*|[\d.]+):(\d+)$/.exec(host.replace(/^([\da-f:]+)$/, '[$1]')) ?? [];
  return new NoProxy(list).covers(name, Number(port));
};

describe('NO_PROXY', () => {
  test.each(CASES)('of "%s" covers %j, and not %j', (list, direct, proxied) => {
    expect(direct.filter((host) => !covers(list, host))).toEqual([]);
    expect(proxied.filter((host) => covers(list, host))).toEqual([]);
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'https://example.com',
    'fd00::/129',
    'example.com:port',
    '10.0.0.0/8/8',
    'a b:c',
  ])('says what is wrong with "%s"', (list) => {
    expect(() => new NoProxy(list)).toThrow(/^".*" is (no network such as|neither a name, an address nor a network)/);
  });
});
