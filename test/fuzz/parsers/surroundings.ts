import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { clientAddress, networkOf, trustedProxies } from '../../../src/control-plane/admission/address';
import { ConfigurationError, RequestError } from '../../../src/control-plane/errors';
import { checkTimes, nextTime } from '../../../src/control-plane/queue/cron';
import { networks } from '../../../src/control-plane/networks';
import { isFromOurPage } from '../../../src/control-plane/web/forms/ours';
import { pathOfOurs } from '../../../src/control-plane/web/log-in-page';
import { Destinations } from '../../../src/control-plane/webhooks/destinations';
import { mountedAuthorities } from '../../../src/network/authorities';
import { Proxies, ProxySettingError } from '../../../src/network/proxies';
import { formatDuration, parseDuration, pauseAsked } from '../../../src/time';
import { parser, type Parser } from '../support/parser';
import { nearly, times } from '../support/nearly';
import { CERTIFICATE } from './certificate';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const trusted = trustedProxies(['10.0.0.0/8', '::1']);
const destinations = new Destinations();

export const SURROUNDINGS: readonly Parser[] = [
  parser({
    name: 'a duration',
    given: nearly('1h30m', '70m', '1.5s', '100us', '0', '+5m', '999999999999999999h'),
    parse: (text) => parseDuration(text),
    check: (found) => {
      if (found === undefined) return;
      if (!Number.isFinite(found) || (found as number) < 0) throw new Error('a duration without end');
      formatDuration(found as number);
    },
    growing: [
      { title: 'digits', of: (length) => times('9', length) },
      { title: 'terms', of: (length) => times('1h', length) },
      { title: 'dots', of: (length) => times('1.', length) },
    ],
  }),
  parser({
    name: 'a pause that another asks for (Retry-After)',
    given: fc.anything(),
    parse: pauseAsked,
    check: (pause) => {
      if (pause !== undefined && !((pause as number) >= 0 && (pause as number) <= 300))
        throw new Error('a pause without end');
    },
    growing: [{ title: 'digits', of: (length) => times('9', length) }],
  }),
  parser({
    name: 'a schedule (cron)',
    given: fc.tuple(
      nearly('0 6 * * 1-5', '*/15 0-5,22 L * MON#2', '@daily', '0 0 30 2 *'),
      nearly('UTC', 'Europe/Berlin'),
    ),
    parse: ([expression, timezone]) => {
      checkTimes({ schedule: [expression], timezone }, NOW);
      return nextTime({ schedule: [expression], timezone }, NOW);
    },
    refusesWith: [RequestError],
    growing: [
      { title: 'stars', of: (length) => [times('* ', length), 'UTC'] as [string, string] },
      { title: 'lists', of: (length) => [`0 0 ${times('1,', length)}1 * *`, 'UTC'] as [string, string] },
      { title: 'a time zone', of: (length) => ['0 6 * * *', times('A/', length)] as [string, string] },
    ],
  }),
  parser({
    name: 'a bundle of authorities',
    given: nearly(CERTIFICATE, `${CERTIFICATE}# a comment\n${CERTIFICATE}`, '-----BEGIN TRUSTED CERTIFICATE-----'),
    parse: (text) => {
      const folder = mkdtempSync(join(tmpdir(), 'worker-pools-fuzz-'));
      try {
        writeFileSync(join(folder, 'ca.pem'), text);
        return mountedAuthorities(folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    growing: [
      { title: 'begins of certificates', of: (length) => times('-----BEGIN CERTIFICATE-----', length) },
      {
        title: 'certificates that are none',
        of: (length) => times('-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n', length),
      },
    ],
  }),
  parser({
    name: 'variables of proxies',
    given: fc.tuple(
      nearly('http://user:p%40ss@proxy.example:3128', 'https://[fd00::1]', 'proxy.example:3128', 'socks5://x'),
      nearly('.example.com,10.0.0.0/8,[::1]:8443,*.a', 'fd00::/8 localhost', '*'),
    ),
    parse: ([HTTPS_PROXY, NO_PROXY]) => {
      const proxies = new Proxies({ HTTPS_PROXY, NO_PROXY });
      return proxies.for({ isSecure: true, host: 'pools.example', port: 443 });
    },
    refusesWith: [ProxySettingError],
    growing: [
      { title: 'names', of: (length) => ['http://p', times('a.b,', length)] as [string, string], from: 16_000 },
      { title: 'an address', of: (length) => [`http://${times('a', length)}`, ''] as [string, string] },
    ],
  }),
  parser({
    name: 'X-Forwarded-For',
    given: nearly('192.0.2.1, 10.0.0.1', 'unknown, ::ffff:10.1.2.3', '2001:db8::1%eth0'),
    parse: (header) => networkOf(clientAddress('10.0.0.9', header, trusted)),
    growing: [{ title: 'proxies', of: (length) => times('10.0.0.1,', length) }],
  }),
  parser({
    name: 'a list of networks',
    given: nearly('10.0.0.0/8', 'fd00::/8', '192.0.2.1'),
    parse: (text) => networks([text], 'network'),
    refusesWith: [ConfigurationError],
    growing: [{ title: 'an address', of: (length) => times('1.', length) }],
  }),
  parser({
    name: 'the endpoint of a webhook',
    given: nearly(
      'https://hooks.example/x?y',
      'http://169.254.169.254/',
      'https://[::ffff:127.0.0.1]/',
      'https://0x7f.1/',
      'https://2130706433/',
    ),
    parse: (text) => destinations.refusalOf(text),
    check: (refusal, text) => {
      if (refusal !== undefined) return;
      const hostname = new URL(text).hostname.replace(/\.$/, '');
      if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return;
      if (/^(127\.|10\.|169\.254\.|0\.)|^\[(::1|::|fe80|fd|::ffff:)/.test(hostname))
        throw new Error(`${hostname} is allowed`);
    },
    growing: [{ title: 'an address', of: (length) => `https://${times('a.', length)}` }],
  }),
  parser({
    name: 'the headers of a form',
    given: fc.record(
      {
        'Sec-Fetch-Site': nearly('same-origin', 'cross-site'),
        Origin: nearly('https://pools.example', 'https://pools.example.attacker', 'null'),
        Host: fc.constant<string>('pools.example'),
      },
      { requiredKeys: [] },
    ),
    parse: (sent) => isFromOurPage((name) => (sent as Record<string, string | undefined>)[name]),
    check: (isOurs, sent) => {
      const site = sent['Sec-Fetch-Site'];
      if (isOurs === true && site !== undefined && site !== 'same-origin')
        throw new Error('a form from elsewhere is taken');
      if (isOurs === true && site === undefined && new URL(sent.Origin ?? '').host !== 'pools.example')
        throw new Error('a form from elsewhere is taken');
    },
    growing: [
      { title: 'an origin', of: (length) => ({ Origin: `https://${times('a.', length)}`, Host: 'pools.example' }) },
    ],
  }),
  parser({
    name: 'where a log-in leads',
    given: nearly('/runs/1?after=0', '//attacker.example', '/\\attacker.example', '/.//x', '/%2f/x'),
    parse: (wanted) => pathOfOurs(wanted),
    check: (path) => {
      if (new URL(path as string, 'https://pools.example').origin !== 'https://pools.example')
        throw new Error(`it leads to ${path as string}`);
    },
    growing: [{ title: 'a path', of: (length) => times('/.', length) }],
  }),
];
