import { BlockList, isIP, isIPv6 } from 'node:net';

/** What every rule of proxies leaves out: what is on this machine is not on that of a proxy. */
const OWN_MACHINE = ['localhost', '127.0.0.0/8', '::1'];

interface Exception {
  readonly matches: (host: string) => boolean;
  /** @default any */
  readonly port: number | undefined;
}

/** The hosts that are reached without a proxy, as NO_PROXY lists them. */
export class NoProxy {
  private readonly exceptions: readonly Exception[];

  /**
   * @param list names (`example.com`: it, and all below it), suffixes (`.example.com`, `*.example.com`: all below it), addresses,
   * networks (`10.0.0.0/8`, `fd00::/8`), each but a network with a port if need be (`example.com:8443`, `[::1]:8443`), or `*` for
   * all; between commas or spaces
   * @throws RangeError that says what is wrong with which
   */
  constructor(list: string) {
    this.exceptions = [...OWN_MACHINE, ...list.split(/[\s,]+/).filter((one) => one !== '')].map(exceptionOf);
  }

  /** Names are not resolved: a network covers addresses in URLs alone. */
  covers(host: string, port: number): boolean {
    const plain = plainHost(host);
    return this.exceptions.some((one) => (one.port === undefined || one.port === port) && one.matches(plain));
  }
}

function exceptionOf(text: string): Exception {
  if (text.includes('/')) return { matches: within(text), port: undefined };
  const [, bracketed, name = bracketed ?? '', port] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? (isIPv6(text) ? [text, text] : []);
  if (name === '') {
    throw new RangeError(`"${text}" is neither a name, an address nor a network, with a port or without one`);
  }
  return { matches: named(plainHost(name)), port: port === undefined ? undefined : Number(port) };
}

function within(text: string): Exception['matches'] {
  const [address = '', bits = '', ...rest] = text.split('/');
  const most = isIPv6(address) ? 128 : 32;
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most || rest.length > 0) {
    throw new RangeError(`"${text}" is no network such as 10.0.0.0/8 or fd00::/8`);
  }
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family(address));
  return (host) => isIP(host) !== 0 && network.check(host, family(host));
}

function named(name: string): Exception['matches'] {
  if (name === '*') return () => true;
  if (isIP(name) !== 0) return within(`${name}/${isIPv6(name) ? 128 : 32}`);
  const suffix = name.replace(/^\*?\.?/, '.');
  const isSuffix = name.startsWith('.') || name.startsWith('*.');
  return (host) => (!isSuffix && host === name) || host.endsWith(suffix);
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** As hosts are compared: without the brackets of URLs, the dot that ends a full name, and capital letters. */
const plainHost = (host: string): string =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
