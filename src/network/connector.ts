import { buildConnector } from 'undici';
import { Proxies } from './proxies';
import { openTunnel } from './tunnel';

export interface ConnectorOptions {
  /** Whom to trust. @default whom Node.js trusts */
  readonly ca?: readonly string[] | undefined;
  /** What else TLS is to know. @default nothing */
  readonly tls?: buildConnector.BuildOptions;
  /** How long a connection may take to be made, in milliseconds. */
  readonly connectWithinMs: number;
  /** @default those of the process's variables */
  readonly proxies?: Proxies | undefined;
}

/** How a client of undici makes its connections: through the proxy that the rule names. */
export function connectorOf(options: ConnectorOptions): buildConnector.connector {
  const { ca, tls, connectWithinMs, proxies = new Proxies() } = options;
  const connect = buildConnector({ ...tls, ...(ca && { ca: [...ca] }), timeout: connectWithinMs });
  return (options, done) => {
    const { protocol, hostname: host, port } = options;
    const isSecure = protocol === 'https:';
    const to = { isSecure, host, port: port ? Number(port) : isSecure ? 443 : 80 };
    const proxy = proxies.for(to);
    if (!proxy) return connect(options, done);
    openTunnel(proxy, to, { withinMs: connectWithinMs }).then(
      (httpSocket) => (isSecure ? connect({ ...options, httpSocket }, done) : done(null, httpSocket)),
      (error: Error) => done(error, null),
    );
  };
}
