import { until } from '../../../support/until';

export interface Message {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** A stream of a page as a browser reads it. */
export class LiveStream {
  readonly messages: Message[] = [];
  isOver = false;
  private readonly gone = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(private readonly body: ReadableStream<Uint8Array>) {
    this.reading = this.read();
  }

  /** The first message that is so. */
  message(what: string, isIt: (message: Message) => boolean): Promise<Message> {
    return until<Message | undefined>(() => this.messages.find(isIt), what);
  }

  async close(): Promise<void> {
    this.gone.abort();
    await this.reading;
  }

  private async read(): Promise<void> {
    const reader = this.body.pipeThrough(new TextDecoderStream()).getReader();
    this.gone.signal.addEventListener('abort', () => void reader.cancel());
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const texts = (rest + value).split('\n\n');
      rest = texts.pop()!;
      for (const text of texts) {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1] ?? '';
        this.messages.push({ event: field('event'), id: field('id'), data: field('data') });
      }
    }
    this.isOver = true;
  }
}
