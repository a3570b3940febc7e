import { request as overHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as overHttps, type RequestOptions } from 'node:https';
import { Proxies } from '../../network/proxies';
import { ProxyError } from '../../network/tunnel';
import type { Destinations } from './destinations';
import { routeTo } from './route';

/** How long a receiver may take, from the name's resolution to its answer. */
export const DELIVERY_WITHIN_MS = 10_000;
/** Read of an answer at most; it is shown where the receiver refused. */
const ANSWER_BYTES = 4 * 1024;
/** Shown of it. */
const SHOWN_CHARACTERS = 200;

export interface Sending {
  readonly endpoint: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SendOptions {
  readonly destinations: Destinations;
  /** PEM of authorities that are trusted beside those that everybody trusts. @default none */
  readonly ca?: readonly string[] | undefined;
  /** @default those of the process's variables */
  readonly proxies?: Proxies | undefined;
  /** @default DELIVERY_WITHIN_MS */
  readonly withinMs?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** How it came out. */
export interface Sent {
  /** Null when no answer came. */
  readonly status: number | null;
  /** Null when the receiver has taken it. */
  readonly error: string | null;
}

/** Sends once, over a connection of its own; a redirect is not followed. Never throws. */
export async function send(sending: Sending, options: SendOptions): Promise<Sent> {
  const within = options.withinMs ?? DELIVERY_WITHIN_MS;
  const timeout = AbortSignal.timeout(within);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  let status: number | null = null;
  try {
    const { destinations, ca, proxies = new Proxies() } = options;
    const url = new URL(sending.endpoint);
    const route = await routeTo(url, { destinations, proxies, ca, withinMs: within }, signal);
    const response = await answerTo(url, sending, { ...route, signal });
    status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      response.destroy();
      return { status, error: null };
    }
    if (status >= 300 && status < 400) {
      response.destroy();
      return { status, error: `it redirects, which is not followed: give the webhook the address that it leads to` };
    }
    return { status, error: `it answered ${status}${await beginning(response)}` };
  } catch (error) {
    const late = timeout.aborted && !options.signal?.aborted;
    return { status, error: late ? `it did not answer within ${within / 1000} seconds` : sentenceOf(error) };
  }
}

function answerTo(url: URL, { body, headers }: Sending, route: RequestOptions) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = { ...route, method: 'POST', headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } };
    const sent: ClientRequest = url.protocol === 'https:' ? overHttps(url, options) : overHttp(url, options);
    sent.on('response', (response) => {
      // What comes after this is of no interest, and must not end the process.
      response.on('error', () => undefined);
      resolve(response);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What the receiver says of a refusal, as far as it comes. */
async function beginning(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= ANSWER_BYTES) break;
    }
  } catch {
    // What has come is what there is to show.
  }
  response.destroy();
  const text = Buffer.concat(parts)
    .toString('utf8')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return text === '' ? '' : `: ${[...text].slice(0, SHOWN_CHARACTERS).join('')}`;
}

/** Without what a library has of the request: its headers hold signatures. */
function sentenceOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined || error instanceof ProxyError || message.includes(code) ? message : `${message} (${code})`;
}
