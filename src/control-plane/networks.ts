import { BlockList, isIP, isIPv6 } from 'node:net';
import { ConfigurationError } from './errors';

/**
 * Addresses, and networks such as `10.0.0.0/8`, of a setting.
 * @param what one of them is @throws ConfigurationError for what is neither
 */
export function networks(list: readonly string[], what: string): BlockList {
  const found = new BlockList();
  for (const one of list) {
    const [address = '', length] = one.split('/');
    const bits = isIPv6(address) ? 128 : 32;
    const isNetwork = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
    if (isIP(address) === 0 || !isNetwork) {
      throw new ConfigurationError(`the ${what} "${one}" is neither an address nor a network such as 10.0.0.0/8`);
    }
    found.addSubnet(address, length === undefined ? bits : Number(length), family(address));
  }
  return found;
}

/** Without the zone, and IPv4 as such where a socket of both families has it inside of IPv6. */
export function plainAddress(address = ''): string {
  const [text = ''] = address.split('%');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
}

export function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
