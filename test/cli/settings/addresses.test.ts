import { describe, expect, test } from '@jest/globals';
import { MQTT_ORIGIN, NETWORK, ORIGIN } from '../../../src/charting/kubernetes-names';
import { trustedProxies } from '../../../src/control-plane/admission/address';
import { HttpAddress, MqttAddress } from '../../../src/protocol/token';

const RULES = [
  ['https', HttpAddress, ORIGIN],
  ['mqtts', MqttAddress, MQTT_ORIGIN],
] as const;

const ALLOWED = [
  'pools.example.com',
  'pools.example.com:8443',
  'pools',
  '10.0.0.1:1',
  '[::1]:8443',
  '[fd00::1]',
  'pools.example.com/',
];

const REFUSED = [
  '',
  '/',
  'pools.example.com/path',
  'pools.example.com:8443/path/',
  'pools.example.com?query',
  'pools.example.com#part',
  'user:password@pools.example.com',
  'pools.example.com:port',
  'pools.example.com:123456',
  'pools example.com',
  '::1',
];

/** What the chart and the construct look at before the program does. */
describe.each(RULES)('an address of %s', (scheme, program, chart) => {
  const verdicts = (rest: string) => {
    const address = `${scheme}://${rest}`;
    return { program: program.safeParse(address).success, chart: new RegExp(chart.pattern).test(address) };
  };

  test.each(ALLOWED)('is allowed by program and chart: %s', (rest) =>
    expect(verdicts(rest)).toEqual({ program: true, chart: true }),
  );

  test.each(REFUSED)('is refused by program and chart: %s', (rest) =>
    expect(verdicts(rest)).toEqual({ program: false, chart: false }),
  );
});

test.each(RULES)('an address of %s has its scheme', (_, program, chart) => {
  for (const address of ['pools.example.com:8443', 'ftp://pools.example.com', 'javascript:alert(1)'])
    expect([program.safeParse(address).success, new RegExp(chart.pattern).test(address)]).toEqual([false, false]);
});

describe('a trusted proxy', () => {
  const verdicts = (network: string) => {
    const program = (): boolean => {
      try {
        return Boolean(trustedProxies([network]));
      } catch {
        return false;
      }
    };
    return { program: program(), chart: new RegExp(NETWORK.pattern).test(network) };
  };

  test.each(['10.0.0.0/8', '192.0.2.1', '0.0.0.0/0', '10.0.0.0/32', 'fd00::/8', '::1', '::/0', '2001:db8::/128'])(
    'is allowed by program and chart: %s',
    (network) => expect(verdicts(network)).toEqual({ program: true, chart: true }),
  );

  test.each(['', 'ingress', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8 ', 'fd00'])(
    'is refused by program and chart: %j',
    (network) => expect(verdicts(network)).toEqual({ program: false, chart: false }),
  );
});
