import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import { publicAuthorities } from './authorities';
import type { Destination, Proxy } from './proxies';

/** Silence on a tunnel that carries a long poll or a watch is usual; the system finds out by this whether it is dead. */
const KEEP_ALIVE_MS = 30_000;

/** A proxy did not open a tunnel. The message says what to do, and holds no password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(
    message: string,
    readonly code: 'ERR_PROXY_UNREACHABLE' | 'ERR_PROXY_REFUSED' | 'ERR_PROXY_CREDENTIALS' | 'ERR_PROXY_TIMEOUT',
  ) {
    super(message);
  }
}

export interface TunnelOptions {
  /** How long it may take, in milliseconds. */
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A connection to somebody through a proxy, by HTTP's CONNECT: what goes over it, TLS as well as MQTT, the proxy only hands on.
 * No library does this for undici, Node's own client and MQTT alike.
 * @throws ProxyError
 */
export function openTunnel(proxy: Proxy, to: Destination, { withinMs, signal }: TunnelOptions): Promise<Socket> {
  const authority = `${isIPv6(to.host) ? `[${to.host}]` : to.host}:${to.port}`;
  const open = proxy.isSecure ? overHttps : overHttp;
  const timeout = AbortSignal.timeout(withinMs);
  return new Promise((resolve, reject) => {
    const asked = open({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      agent: false,
      headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      ...(proxy.isSecure && { ca: publicAuthorities() }),
    });
    asked.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      if (statusCode < 200 || statusCode >= 300) {
        socket.destroy();
        reject(refusal(proxy, authority, statusCode));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket.setKeepAlive(true, KEEP_ALIVE_MS));
    });
    asked.once('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(error);
      else reject(timeout.aborted ? late(proxy, authority, withinMs) : unreachable(proxy, error));
    });
    asked.end();
  });
}

function refusal(proxy: Proxy, authority: string, status: number): ProxyError {
  const { url, variable, authorization } = proxy;
  // Tinyproxy says 401 of credentials that it does not take.
  if (status === 407 || (status === 401 && authorization !== undefined)) {
    const advice =
      authorization === undefined
        ? `wants a user and a password: give them in ${variable}, as http://user:password@host:port`
        : `does not take the user and the password that ${variable} has`;
    return new ProxyError(`the proxy ${url} ${advice} (${status})`, 'ERR_PROXY_CREDENTIALS');
  }
  const why =
    status >= 500
      ? `finds no way to ${authority} (${status})`
      : `does not let CONNECT ${authority} through (${status}): allow it there, or name the host in NO_PROXY`;
  return new ProxyError(`the proxy ${url} ${why}`, 'ERR_PROXY_REFUSED');
}

function late({ url }: Proxy, authority: string, withinMs: number): ProxyError {
  const message = `the proxy ${url} opened no way to ${authority} within ${withinMs / 1000} s`;
  return new ProxyError(message, 'ERR_PROXY_TIMEOUT');
}

/** What the system says of a proxy that is not there. */
const NOT_THERE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known to the DNS',
  EAI_AGAIN: 'the DNS does not answer',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer in time',
};

function unreachable({ url, variable, isSecure }: Proxy, error: NodeJS.ErrnoException): ProxyError {
  const { code = '' } = error;
  const isPlain = code === 'EPROTO' || code.startsWith('ERR_SSL_');
  const isUntrusted = isSecure && !isPlain && /CERT|SIGNED|VERIFY|ALTNAME/.test(code);
  const why = isUntrusted
    ? `its certificate is not trusted (${code}): name its authority by SSL_CERT_FILE or NODE_EXTRA_CA_CERTS`
    : isPlain
      ? `it does not speak TLS: is it http:// that ${variable} should say?`
      : code.startsWith('HPE_')
        ? `it does not answer in HTTP: is it https:// that ${variable} should say?`
        : (NOT_THERE[code] ?? (code || error.message));
  return new ProxyError(
    `the proxy ${url}, which ${variable} names, cannot be reached: ${why}`,
    'ERR_PROXY_UNREACHABLE',
  );
}
