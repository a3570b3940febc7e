import type { ServerResponse } from 'node:http';

/** One open watch. */
export class WatchStream {
  /** Says nothing any more, but stays open. */
  silent = false;
  private ended = false;

  constructor(
    private readonly response: ServerResponse,
    onClose: () => void,
  ) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    response.on('close', onClose);
  }

  send(event: { type: string; object: object }): void {
    if (!this.silent) this.write(`${JSON.stringify(event)}\n`);
  }

  write(text: string): void {
    if (!this.ended) this.response.write(text);
  }

  end(): void {
    this.ended = true;
    this.response.end();
  }

  reset(): void {
    this.ended = true;
    this.response.socket?.resetAndDestroy();
  }
}
