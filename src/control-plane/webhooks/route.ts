import type { LookupAddress } from 'node:dns';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { destinationOf, type Proxies } from '../../network/proxies';
import { openTunnel } from '../../network/tunnel';
import type { Destinations } from './destinations';

interface RouteOptions {
  readonly destinations: Destinations;
  readonly proxies: Proxies;
  readonly ca: readonly string[] | undefined;
  readonly withinMs: number;
}

/**
 * How a receiver is reached: at an address that was looked at. A proxy is asked for that very address, and not for the name,
 * which may stand for another one there.
 * @throws RefusedAddress, ProxyError
 */
export async function routeTo(url: URL, options: RouteOptions, signal: AbortSignal): Promise<RequestOptions> {
  const { destinations, proxies, ca, withinMs } = options;
  destinations.check(url);
  const trusted = ca ? { ca: [...ca] } : {};
  const to = destinationOf(url);
  const proxy = proxies.for(to);
  // No connection is kept: the next one is to go to an address that was looked at, too.
  if (!proxy) return { ...trusted, agent: false, lookup: destinations.lookup };
  const name = to.host.replace(/^\[|\]$/g, '');
  const host = isIP(name) === 0 ? await addressOf(name, destinations) : name;
  const socket = await openTunnel(proxy, { ...to, host }, { withinMs, signal });
  const servername = isIP(name) === 0 ? { servername: name } : {};
  return {
    createConnection: () => (to.isSecure ? connect({ socket, host: name, ...servername, ...trusted }) : socket),
  };
}

const addressOf = (name: string, { lookup }: Destinations): Promise<string> =>
  new Promise((resolve, reject) => {
    lookup(name, {}, (error, address: string | LookupAddress[]) => {
      if (error) reject(error);
      else resolve(address as string);
    });
  });
