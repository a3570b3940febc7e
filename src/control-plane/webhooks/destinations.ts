import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { family, networks, plainAddress } from '../networks';

/** Where nobody but this machine, its network, or nobody at all is reached. */
const RESERVED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** All that is public is within the first; of that these are not, or hold an address of IPv4. */
const PUBLIC_IPV6 = '2000::/3';
const RESERVED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const reserved = networks([...RESERVED_IPV4, ...RESERVED_IPV6], 'reserved network');
const publicIpv6 = networks([PUBLIC_IPV6], 'public network');

/** Where webhooks may be sent: to public addresses, and where the administrator allows it. */
export class Destinations {
  private readonly allowed: BlockList;

  /** @param allowed addresses, or networks such as `10.0.0.0/8`, beside public ones @throws ConfigurationError */
  constructor(allowed: readonly string[] = []) {
    this.allowed = networks(allowed, 'network of webhooks');
  }

  mayReach(given: string): boolean {
    const address = plainAddress(given);
    if (isIP(address) === 0) return false;
    const kind = family(address);
    if (this.allowed.check(address, kind)) return true;
    if (kind === 'ipv6' && !publicIpv6.check(address, kind)) return false;
    return !reserved.check(address, kind);
  }

  /** Why an endpoint cannot be one, whatever its name stands for; undefined when it can. */
  refusalOf(endpoint: string): string | undefined {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'it is no http:// or https:// URL';
    if (url.username !== '' || url.password !== '') return 'it holds a user or a password: sign with a secret instead';
    const host = hostOf(url);
    return isIP(host) !== 0 && !this.mayReach(host) ? refusedAddress(host) : undefined;
  }

  /** Resolves a name for a connection, which goes to an address that was looked at here. */
  readonly lookup: LookupFunction = (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, '', 0);
      const refused = found.find(({ address }) => !this.mayReach(address));
      // All of them: a name that stands for both is not one of somebody who means well.
      if (refused) return done(new RefusedAddress(refused.address), '', 0);
      if (options.all) return done(null, found);
      const [{ address, family: version }] = found as [LookupAddress];
      return done(null, address, version);
    });
  };

  /** @throws RefusedAddress where the URL has an address in place of a name, which is not resolved */
  check(url: URL): void {
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.mayReach(host)) throw new RefusedAddress(host);
  }
}

/** Where nothing is sent. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor(address: string) {
    super(refusedAddress(address));
  }
}

const refusedAddress = (address: string): string =>
  `${address} is no public address, and the setting webhookNetworks does not allow it`;

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
