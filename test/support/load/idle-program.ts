/* Run by Node itself, which only takes the types out: no imports of ours, nothing that has to be compiled. */
import { connect, type Socket } from 'node:net';
import { createSecureContext, connect as connectTls, type SecureContext } from 'node:tls';

/** Connections that all do the same. Texts are in latin1. */
export interface Conversation {
  readonly port: number;
  /** Authority of the server; undefined: TLS is never begun. */
  readonly ca?: string;
  readonly connections: number;
  /** The number of the first connection. */
  readonly from: number;
  /** What each sends at first, in turn; `######` becomes the number of the connection. */
  readonly first?: readonly string[];
  /** How the answer begins; undefined: none is waited for. */
  readonly answer?: string;
  /** How later ones may begin. @default as the first */
  readonly laterAnswer?: string;
  /** What is sent at each answer. */
  readonly whenAnswered?: readonly string[];
  /** What is sent again and again. */
  readonly again?: { readonly texts: readonly string[]; readonly everyMs: number };
}

/** What has become of them. */
export interface Standing {
  /** Open, and answered where an answer is waited for. */
  readonly open: number;
  /** How long those that the server ended were open, in milliseconds. */
  readonly lifetimes: readonly number[];
  /** How answers begin that should begin otherwise, and errors. */
  readonly amiss: readonly string[];
}

export type Order =
  | { readonly what: 'open'; readonly name: string; readonly conversation: Conversation }
  | { readonly what: 'look' | 'close'; readonly name: string };

/** Connections that are under way to their first answer at the same time. */
const AT_ONCE = 100;

/** Who speaks from how many addresses of this machine. */
const ADDRESSES = 4;

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n');
  if (!text.startsWith('HTTP/')) return true;
  if (end === -1) return false;
  const length = /^content-length: (\d+)/im.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length);
};

class Group {
  /** Those that are open, with their numbers. */
  private readonly sockets = new Map<Socket, number>();
  private readonly lifetimes: number[] = [];
  private readonly amiss = new Set<string>();
  private readonly context: SecureContext | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly conversation: Conversation;
  private isClosed = false;

  // Node takes out types, and does not rewrite what stands for more than a type.
  constructor(conversation: Conversation) {
    this.conversation = conversation;
    const { ca, again } = conversation;
    this.context = ca === undefined ? undefined : createSecureContext({ ca });
    this.timer = again && setInterval(() => this.sayAgain(again.texts), again.everyMs);
  }

  async open(): Promise<void> {
    const { connections, from } = this.conversation;
    const numbers = Array.from({ length: connections }, (_, index) => from + index).values();
    const lane = async (): Promise<void> => {
      for (let next = numbers.next(); !next.done; next = numbers.next()) await this.openOne(next.value);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  standing(): Standing {
    return { open: this.sockets.size, lifetimes: this.lifetimes, amiss: [...this.amiss] };
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    for (const socket of this.sockets.keys()) socket.destroy();
  }

  /** Resolves when it has got as far as it goes. */
  private openOne(number: number): Promise<void> {
    const { port, first, answer, laterAnswer = answer, whenAnswered } = this.conversation;
    const begun = performance.now();
    const to = { port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (number % ADDRESSES)}` };
    const socket = this.context ? connectTls({ ...to, secureContext: this.context }) : connect(to);
    return new Promise((resolve) => {
      const isThere = (): void => {
        this.sockets.set(socket, number);
        resolve();
      };
      socket.once(this.context ? 'secureConnect' : 'connect', () => {
        if (first) socket.write(textOf(first, number), 'latin1');
        if (answer === undefined) isThere();
      });
      let heard = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text;
        if (!isWhole(heard)) return;
        const expected = this.sockets.has(socket) ? laterAnswer : answer;
        if (answer !== undefined && !heard.startsWith(expected!)) this.amiss.add(heard.slice(0, 300));
        heard = '';
        if (whenAnswered) socket.write(textOf(whenAnswered, number), 'latin1');
        isThere();
      });
      // A server may end a connection at any time.
      socket.on('error', (error: Error) => void (answer !== undefined && this.amiss.add(error.message)));
      socket.once('close', () => {
        this.sockets.delete(socket);
        if (!this.isClosed) this.lifetimes.push(performance.now() - begun);
        resolve();
      });
    });
  }

  private sayAgain(texts: readonly string[]): void {
    for (const [socket, number] of this.sockets) socket.write(textOf(texts, number), 'latin1');
  }
}

const textOf = (texts: readonly string[], number: number): string =>
  texts[number % texts.length]!.replaceAll('######', String(number).padStart(6, '0'));

const groups = new Map<string, Group>();

async function carryOut(order: Order): Promise<Standing> {
  if (order.what === 'open') {
    const group = new Group(order.conversation);
    groups.get(order.name)?.close();
    groups.set(order.name, group);
    await group.open();
  }
  const group = groups.get(order.name);
  if (order.what === 'close') group?.close();
  return group?.standing() ?? { open: 0, lifetimes: [], amiss: [] };
}

process.on('message', (order: Order) => {
  void carryOut(order).then((standing) => process.send!(standing));
});
// The test has ended, however that came.
process.on('disconnect', () => process.exit());
