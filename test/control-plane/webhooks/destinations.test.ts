import { describe, expect, test } from '@jest/globals';
import { Destinations } from '../../../src/control-plane/webhooks/destinations';

describe('webhooks', () => {
  test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '198.20.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'may be sent to %s',
    (address) => expect(new Destinations().mayReach(address)).toBe(true),
  );

  test.each([
    ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
    ...['169.254.169.254', '169.254.170.2', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255', '203.0.113.1'],
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...[
      '::ffff:7f00:1',
      '::ffff:a9fe:a9fe',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:0:1::',
      '2001:db8::1',
    ],
    ...['', 'localhost', '127.1'],
  ])('may not be sent to "%s"', (address) => expect(new Destinations().mayReach(address)).toBe(false));

  test('may be sent to networks that the administrator allows, and to no others', () => {
    const destinations = new Destinations(['10.1.0.0/16', 'fd12::/16', '127.0.0.1']);
    const reached = ['10.1.2.3', '10.2.0.1', 'fd12::1', 'fd13::1', '127.0.0.1', '127.0.0.2', '::ffff:10.1.2.3'];
    expect(reached.filter((address) => destinations.mayReach(address))).toEqual([
      ...['10.1.2.3', 'fd12::1', '127.0.0.1', '::ffff:10.1.2.3'],
    ]);
  });

  test('say what is no network', () => {
    expect(() => new Destinations(['10.0.0.0/33'])).toThrow(
      'the network of webhooks "10.0.0.0/33" is neither an address nor a network such as 10.0.0.0/8',
    );
  });

  test.each([
    ['https://example.com/hook', undefined],
    ['http://example.com:8080', undefined],
    ['https://localhost/', undefined],
    ['example.com', 'it is no http:// or https:// URL'],
    ['file:///etc/passwd', 'it is no http:// or https:// URL'],
    ['https://user:secret@example.com', 'it holds a user or a password'],
    ['http://127.0.0.1/', '127.0.0.1 is no public address'],
    ['http://2130706433/', '127.0.0.1 is no public address'],
    ['http://0x7f.1/', '127.0.0.1 is no public address'],
    ['http://[::1]:80/', '::1 is no public address'],
    ['http://[::ffff:169.254.169.254]/', 'is no public address'],
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254 is no public address'],
  ])('with the endpoint %s: %s', (endpoint, refusal) => {
    const found = new Destinations().refusalOf(endpoint);
    if (refusal === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(refusal);
  });
});
