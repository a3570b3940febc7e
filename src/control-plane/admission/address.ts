import { BlockList, isIP, isIPv6 } from 'node:net';

/** Proxies whose `X-Forwarded-For` is believed: addresses, or networks as `10.0.0.0/8`. @throws Error for what is neither */
export function trustedProxies(list: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const one of list) {
    const [address = '', length] = one.split('/');
    const bits = isIPv6(address) ? 128 : 32;
    const isNetwork = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
    if (isIP(address) === 0 || !isNetwork) {
      throw new Error(`the trusted proxy "${one}" is neither an address nor a network such as 10.0.0.0/8`);
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
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice('::ffff:'.length) : text;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
