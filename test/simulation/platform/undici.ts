/*
 * In place of `undici` for the clients of controller and launcher: their requests go over the simulated network. Only what
 * they use is here.
 */
import { Readable } from 'node:stream';

export interface RequestOptions {
  readonly path: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headersTimeout?: number;
  readonly bodyTimeout?: number;
  readonly signal?: AbortSignal;
}

export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** Whole, as it came; a stream for those who want one. */
export class Body extends Readable {
  constructor(private readonly content: string) {
    super({ autoDestroy: true });
  }

  override _read(): void {
    this.push(this.content);
    this.push(null);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async text(): Promise<string> {
    return this.content;
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async json(): Promise<unknown> {
    return JSON.parse(this.content) as unknown;
  }

  dump(): Promise<void> {
    return Promise.resolve();
  }
}

type Send = (origin: string, options: RequestOptions) => Promise<Response>;

/** Where requests go: the network of the world that runs now. */
export const wire: { send: Send } = {
  send: () => Promise.reject(new Error('there is no world')),
};

export class Client {
  readonly stats = { connected: false };

  constructor(private readonly origin: string) {}

  request(options: RequestOptions): Promise<Response> {
    return wire.send(this.origin, options);
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

export class Agent {
  destroy(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function request(url: URL, options: Omit<RequestOptions, 'path'>): Promise<Response> {
  return wire.send(url.origin, { ...options, path: `${url.pathname}${url.search}` });
}
