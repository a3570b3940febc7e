import { once } from 'node:events';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Rudeness } from './rude-caller.worker';

/** A caller that speaks HTTP as badly as a test wants it to. It has a thread of its own: what it does holds up no other. */
export class RudeCaller {
  private readonly thread = new Worker(resolve('test/control-plane/support/rude-caller.worker.ts'), {
    execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
  });
  private readonly port: number;
  /** Its address, of the loopback. */
  comesFrom = '127.0.0.2';

  constructor(url: string) {
    this.port = Number(new URL(url).port);
  }

  /** The status that each connection gets first; 0 where it ends without one. */
  async does(rudeness: Rudeness): Promise<number[]> {
    this.thread.postMessage({ place: { port: this.port, from: this.comesFrom }, rudeness });
    const [statuses] = (await once(this.thread, 'message')) as [number[]];
    return statuses;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}

export interface Head {
  readonly path: string;
  readonly jwt?: string;
  /** Length of the body; undefined sends it in chunks. */
  readonly length?: number;
}

/** The first lines of a request. */
export function head({ path, jwt, length }: Head): string {
  return [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    ...(jwt === undefined ? [] : [`authorization: Bearer ${jwt}`]),
    length === undefined ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    '\r\n',
  ].join('\r\n');
}

export function post(path: string, body: string, jwt?: string): string {
  return head({ path, length: Buffer.byteLength(body), ...(jwt !== undefined && { jwt }) }) + body;
}

export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
