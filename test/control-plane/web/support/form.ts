import type { TestQueue } from '../../support/queue';
import { KEY, readerOf } from './reader';

type Typed = Readonly<Record<string, string | File>>;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
}

/** An admin who fills in forms, as a browser without scripts does. */
export function formReader(queue: TestQueue) {
  const { ask, read } = readerOf(queue, KEY);
  return {
    ask,
    read,
    open: async (path: string) => {
      const { status, text } = await read(path);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return new FilledForm(ask, path, hiddenFields(text));
    },
  };
}

class FilledForm {
  /** What was sent first. */
  sent: Typed = {};

  constructor(
    private readonly ask: ReturnType<typeof readerOf>['ask'],
    private readonly path: string,
    private readonly hidden: Typed,
  ) {}

  async send(typed: Typed): Promise<Answer> {
    if (Object.keys(this.sent).length === 0) this.sent = typed;
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...this.hidden, ...typed })) body.append(name, value);
    const response = await this.ask(this.path, { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' }, body });
    return {
      status: response.status,
      text: (await response.text()).replace(/\s+/g, ' '),
      location: response.headers.get('Location'),
    };
  }

  /** The form that came back. */
  again({ text }: Answer): FilledForm {
    return new FilledForm(this.ask, this.path, hiddenFields(text));
  }
}

function hiddenFields(text: string): Typed {
  const found = text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name!, value!]));
}
