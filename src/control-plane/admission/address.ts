import { BlockList, isIP, isIPv6 } from 'node:net';
import { ConfigurationError } from '../errors';

/** Proxies whose `X-Forwarded-For` is believed: addresses, or networks as `10.0.0.0/8`. @throws ConfigurationError for what is neither */
export function trustedProxies(list: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const one of list) {
    const [address = '', length] = one.split('/');
    const bits = isIPv6(address) ? 128 : 32;
    const isNetwork = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
    if (isIP(address) === 0 || !isNetwork) {
      throw new ConfigurationError(`the trusted proxy "${one}" is neither an address nor a network such as 10.0.0.0/8`);
    }
    trusted.addSubnet(address, length === undefined ? bits : Number(length), family(address));
  }
  return trusted;
}

/**
 * Where a request comes from: the other end of the connection, or what trusted proxies say of it. Of `X-Forwarded-For` the
 * last address counts that is no trusted proxy's; those before it anybody may have written.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: BlockList): string {
  let address = plain(peer);
  const hops = forwardedFor?.split(',') ?? [];
  while (isIP(address) !== 0 && trusted.check(address, family(address))) {
    const before = plain(hops.pop()?.trim());
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/** Without the zone, and IPv4 as such where a socket of both families has it inside of IPv6. */
function plain(address = ''): string {
  const [text = ''] = address.split('%');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** Whoever has one IPv6 address usually has 2^64 of them: what is counted is an IPv4 address, or a /64. */
export function networkOf(address: string): string {
  const text = plain(address);
  if (!isIPv6(text)) return text;
  const [head = '', tail] = text.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before!.length - after!.length);
  const groups = [...before!, ...Array<string>(zeros).fill('0'), ...after!];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
