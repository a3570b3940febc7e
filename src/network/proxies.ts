import { NoProxy } from './no-proxy';

/** As `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A proxy that opens tunnels. */
export interface Proxy {
  /** For people: without user and password. */
  readonly url: string;
  /** Whether the proxy itself is spoken to in TLS. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** A secret: value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
  /** What names it. */
  readonly variable: string;
}

/** Where somebody is to be reached. */
export interface Destination {
  /** Whether by TLS: `https://`, `mqtts://`. */
  readonly isSecure: boolean;
  /** A name or an address, which may have the brackets of a URL. */
  readonly host: string;
  readonly port: number;
}

/** Variables about proxies that say what cannot be. */
export class ProxySettingError extends Error {
  override readonly name = 'ProxySettingError';
  /** Of the command line, as for a flag that says what cannot be. */
  readonly exitCode = 2;
}

/**
 * The one rule of all programs by which proxy somebody is reached: HTTPS_PROXY for what is spoken to in TLS, HTTP_PROXY for the
 * rest, in capital letters or small ones, which win, and none for whom NO_PROXY lists. Proxies that client libraries would find by
 * themselves do not count.
 */
export class Proxies {
  private readonly secure: Proxy | undefined;
  private readonly plain: Proxy | undefined;
  private readonly exceptions: NoProxy;

  /** @param variables those of the process @throws ProxySettingError */
  constructor(variables: Variables = process.env) {
    this.secure = proxyOf('https_proxy', variables);
    this.plain = proxyOf('http_proxy', variables);
    const [name, list] = valueOf('no_proxy', variables);
    try {
      // What nobody needs, nobody has to mend.
      this.exceptions = new NoProxy(this.secure || this.plain ? list : '');
    } catch (error) {
      throw new ProxySettingError(
        `${name}: ${(error as Error).message}. Allowed are names (example.com), suffixes (.example.com), addresses and ` +
          'networks (10.0.0.0/8), each with a comma between, or *',
      );
    }
  }

  /** Undefined: somebody is reached without one. */
  for({ isSecure, host, port }: Destination): Proxy | undefined {
    const proxy = isSecure ? this.secure : this.plain;
    return proxy && !this.exceptions.covers(host, port) ? proxy : undefined;
  }

  /** Those that there are, for a log at the start. */
  get urls(): readonly string[] {
    return [...new Set([this.secure, this.plain].flatMap((proxy) => proxy?.url ?? []))];
  }
}

/** Of a URL that is spoken to in HTTP or MQTT. */
export function destinationOf(url: string | URL): Destination {
  const { protocol, hostname, port } = new URL(url);
  const usual = USUAL_PORTS[protocol];
  return { isSecure: SECURE.has(protocol), host: hostname, port: port === '' ? (usual ?? 0) : Number(port) };
}

const USUAL_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'mqtts:': 8883, 'mqtt:': 1883 };
const SECURE: ReadonlySet<string> = new Set(['https:', 'mqtts:']);

/** Name and value: the variable in small letters wins, as for curl and Git. */
function valueOf(name: string, variables: Variables): [name: string, value: string] {
  const found = [name, name.toUpperCase()].find((spelling) => variables[spelling]?.trim());
  return found === undefined ? [name, ''] : [found, variables[found]!.trim()];
}

function proxyOf(variable: string, variables: Variables): Proxy | undefined {
  const [name, value] = valueOf(variable, variables);
  if (value === '') return undefined;
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  // What cannot be understood may have a password anywhere, so that it is not repeated.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') {
    throw new ProxySettingError(`${name} is not the URL of a proxy. ${ALLOWED}`);
  }
  const { protocol, hostname, host, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ProxySettingError(`${name} names a proxy of the kind ${protocol}//, which is not supported. ${ALLOWED}`);
  }
  const isSecure = protocol === 'https:';
  return {
    url: `${protocol}//${host}`,
    isSecure,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    authorization: username === '' && password === '' ? undefined : basic(name, username, password),
    variable: name,
  };
}

const ALLOWED =
  'Allowed are http://host:port and https://host:port, with user:password@ before the host if the proxy wants them, in which ' +
  'other characters than letters and digits are written as %40';

function basic(variable: string, username: string, password: string): string {
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    throw new ProxySettingError(`${variable} has a user or a password in which a % begins no character. ${ALLOWED}`);
  }
}
