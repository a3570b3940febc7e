import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PlainAgent, SecureAgent } from '../network/agents';
import { trustedAuthorities } from '../network/authorities';
import { destinationOf, Proxies } from '../network/proxies';
import { openTunnel } from '../network/tunnel';
import { causeOfFailure, causeOfRefusal } from '../protocol/client/causes';
import type { ProtocolError } from '../protocol/session';

/** How an address answered. */
export interface Probe {
  readonly url: string;
  /** Undefined: it was reached. */
  readonly failure?: { readonly kind: ProtocolError['kind']; readonly message: string };
  /** By the clock of the other end, in milliseconds since the epoch; and by ours at that moment. */
  readonly clock?: { readonly there: number; readonly here: number };
}

const WITHIN_MS = 8_000;
/** Of proxies and load balancers with nobody behind them. */
const NOBODY_BEHIND: readonly number[] = [502, 503, 504];

/** Asks a control plane for nothing but an answer. @param ca of the token; '' trusts those that Node.js knows */
export async function probeHttp(url: string, ca: string): Promise<Probe> {
  try {
    const { status, date } = await headOf(url, ca);
    if (NOBODY_BEHIND.includes(status)) return failed(url, causeOfRefusal(status, undefined, url));
    const there = Date.parse(date ?? '');
    return { url, ...(Number.isNaN(there) ? {} : { clock: { there: there + 500, here: Date.now() } }) };
  } catch (error) {
    return failed(url, causeOfFailure(error, url));
  }
}

/** Whether somebody listens at the address of a broker, and proves by TLS to be the one of the token. */
export async function probeBroker(url: string, ca: string): Promise<Probe> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'mqtts:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = { host, port: Number(port) || (isTls ? 8883 : 1883) };
  const authorities = trustedAuthorities(ca);
  const open = (tunnel: Socket | undefined): Socket =>
    isTls
      ? connectTls({
          ...at,
          ...(tunnel && { socket: tunnel }),
          ...(isIP(host) === 0 && { servername: host }),
          ...(authorities && { ca: authorities }),
        })
      : connectTcp(at);
  try {
    const to = destinationOf(url);
    const proxy = new Proxies().for(to);
    const tunnel = proxy && (await openTunnel(proxy, to, { withinMs: WITHIN_MS }));
    if (tunnel && !isTls) {
      tunnel.destroy();
      return { url };
    }
    await new Promise<void>((resolve, reject) => {
      const socket = open(tunnel);
      const late = () => socket.destroy(Object.assign(new Error('connack timeout'), { code: 'ETIMEDOUT' }));
      socket.setTimeout(WITHIN_MS, late);
      socket.once('error', reject);
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        socket.destroy();
        resolve();
      });
    });
    return { url };
  } catch (error) {
    return failed(url, causeOfFailure(error, url));
  }
}

const failed = (url: string, { kind, message }: ProtocolError): Probe => ({ url, failure: { kind, message } });

function headOf(url: string, ca: string): Promise<{ status: number; date: string | undefined }> {
  const authorities = trustedAuthorities(ca);
  const start = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = start(`${url.replace(/\/+$/, '')}/healthz`, {
      method: 'GET',
      agent: url.startsWith('https:') ? new SecureAgent({ ...(authorities && { ca: authorities }) }) : new PlainAgent(),
      timeout: WITHIN_MS,
    });
    request.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, date: response.headers.date });
    });
    request.once('timeout', () => request.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })));
    request.once('error', reject);
    request.end();
  });
}
