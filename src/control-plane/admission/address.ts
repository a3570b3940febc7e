import { isIP, isIPv6, type BlockList } from 'node:net';
import { family, networks, plainAddress } from '../networks';

/** Proxies whose `X-Forwarded-For` is believed. @throws ConfigurationError */
export const trustedProxies = (list: readonly string[]): BlockList => networks(list, 'trusted proxy');

/**
 * Where a request comes from: the other end of the connection, or what trusted proxies say of it. Of `X-Forwarded-For` the
 * last address counts that is no trusted proxy's; those before it anybody may have written.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: BlockList): string {
  let address = plainAddress(peer);
  const hops = forwardedFor?.split(',') ?? [];
  while (isIP(address) !== 0 && trusted.check(address, family(address))) {
    const before = plainAddress(hops.pop()?.trim());
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/** Whoever has one IPv6 address usually has 2^64 of them: what is counted is an IPv4 address, or a /64. */
export function networkOf(address: string): string {
  const text = plainAddress(address);
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
