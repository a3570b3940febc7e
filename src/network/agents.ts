import { Agent as HttpAgent, type AgentOptions as HttpOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { publicAuthorities } from './authorities';
import { Proxies, type Destination } from './proxies';
import { openTunnel } from './tunnel';

/** How long a proxy may take to open a way, and TLS through it to begin. */
const TUNNEL_WITHIN_MS = 30_000;

interface OwnOptions {
  /** @default those of the process's variables */
  readonly proxies?: Proxies;
  /** @default 30000 */
  readonly tunnelWithinMs?: number;
}

type Done = (error: Error | null, socket: Duplex) => void;

/** Node's own agent for `http://`, through the proxy that the rule names. */
export class PlainAgent extends HttpAgent {
  constructor(private readonly own: HttpOptions & OwnOptions = {}) {
    super({ ...own, ...NO_OTHER_PROXY });
    this.proxies = own.proxies ?? new Proxies();
  }

  private readonly proxies: Proxies;

  override createConnection(options: ClientRequestArgs, done: Done): Duplex | null | undefined {
    const to = destinationOf(options, false);
    const proxy = this.proxies.for(to);
    if (!proxy) return super.createConnection(options, done);
    openTunnel(proxy, to, { withinMs: this.own.tunnelWithinMs ?? TUNNEL_WITHIN_MS }).then(
      (tunnel) => done(null, tunnel),
      (error: Error) => done(error, NONE),
    );
    return undefined;
  }
}

/** Node's own agent for `https://`, through the proxy that the rule names, and with the authorities that all programs trust. */
export class SecureAgent extends HttpsAgent {
  constructor(private readonly own: HttpsOptions & OwnOptions = {}) {
    const ca = own.ca ?? publicAuthorities();
    super({ ...own, ...(ca && { ca }), ...NO_OTHER_PROXY });
    this.proxies = own.proxies ?? new Proxies();
  }

  private readonly proxies: Proxies;

  override createConnection(options: ClientRequestArgs, done: Done): Duplex | null | undefined {
    const to = destinationOf(options, true);
    const proxy = this.proxies.for(to);
    if (!proxy) return super.createConnection(options, done);
    const withinMs = this.own.tunnelWithinMs ?? TUNNEL_WITHIN_MS;
    openTunnel(proxy, to, { withinMs })
      .then((socket) =>
        this.secured(super.createConnection({ ...options, socket } as never, done) as TLSSocket, withinMs),
      )
      .then(
        (socket) => done(null, socket),
        (error: Error) => done(error, NONE),
      );
    return undefined;
  }

  /** The caller's own limits begin when there is a connection. */
  private secured(socket: TLSSocket, withinMs: number): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => socket.destroy(Object.assign(new Error('TLS did not begin in time'), { code: 'ETIMEDOUT' })),
        withinMs,
      );
      socket.once('error', reject).once('secureConnect', () => {
        clearTimeout(late);
        socket.off('error', reject);
        resolve(socket);
      });
      socket.once('close', () => clearTimeout(late));
    });
  }
}

/** What Node.js would do by itself with NODE_USE_ENV_PROXY goes by another rule. */
const NO_OTHER_PROXY = { proxyEnv: {} };

/** There is no connection with an error. */
const NONE = undefined as unknown as Duplex;

const destinationOf = ({ host, port, defaultPort }: ClientRequestArgs, isSecure: boolean): Destination => ({
  isSecure,
  host: host ?? 'localhost',
  port: Number(port ?? defaultPort),
});
