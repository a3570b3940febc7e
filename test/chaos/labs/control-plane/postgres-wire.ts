import { connect, createServer, type Socket } from 'node:net';
import { listen, type Listener } from '../../../../src/control-plane/listen';

/** Where a control plane is killed: before the database has the COMMIT, or after, before anybody hears that it is done. */
export type Side = 'before' | 'after';

export interface CommitPoint {
  /** Of statements and values of a transaction. */
  readonly pattern: RegExp;
  readonly side: Side;
}

interface Order extends CommitPoint {
  /** The process that is to be killed. */
  readonly pid: number;
}

/** The wire between control planes and PostgreSQL, without TLS: it knows which transaction is about to be committed. */
export class PostgresWire {
  private order: Order | undefined;

  private constructor(
    private readonly listener: Listener,
    private readonly server: number,
  ) {}

  /** @param server port of PostgreSQL on the loopback interface */
  static async start(server: number): Promise<PostgresWire> {
    const sockets = createServer({ noDelay: true });
    const wire = new PostgresWire(await listen(sockets, { host: '127.0.0.1', port: 0 }), server);
    sockets.on('connection', (client: Socket) => wire.carry(client));
    return wire;
  }

  get port(): number {
    return this.listener.port;
  }

  /** Kills a process at the next commit of a matching transaction. @returns whether it has come so far */
  killAt(order: Order): () => boolean {
    this.order = order;
    return () => this.order !== order;
  }

  /** Kills nobody any more. */
  forget(): void {
    this.order = undefined;
  }

  close(): Promise<void> {
    return this.listener.close();
  }

  private carry(client: Socket): void {
    const server = connect({ port: this.server, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    const transaction = new Transaction();
    /** The order that waits for the server's word. */
    let committing: Order | undefined;
    let isCut = false;
    const asked = new Messages(false, (message) => {
      if (isCut) return;
      const isCommit = transaction.take(message);
      const order = isCommit && this.order?.pattern.test(transaction.said) ? this.order : undefined;
      if (order?.side === 'before') {
        isCut = true;
        return this.kill(order);
      }
      committing ??= order;
      server.write(message.bytes);
    });
    const answered = new Messages(true, ({ type, bytes }) => {
      if (!committing) return void client.write(bytes);
      // Ready for the next query: the commit is done.
      if (type !== 'Z' || isCut) return;
      isCut = true;
      this.kill(committing);
    });
    client.on('data', (piece: Buffer) => asked.take(piece));
    server.on('data', (piece: Buffer) => answered.take(piece));
  }

  private kill(order: Order): void {
    if (this.order !== order) return;
    process.kill(order.pid, 'SIGKILL');
    this.order = undefined;
  }
}

interface Message {
  /** One letter; '' of the first one of a client, which has none. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a stream into the messages of PostgreSQL's protocol. */
class Messages {
  private rest = Buffer.alloc(0);

  constructor(
    private isTyped: boolean,
    private readonly onMessage: (message: Message) => void,
  ) {}

  take(piece: Buffer): void {
    this.rest = Buffer.concat([this.rest, piece]);
    for (;;) {
      const head = this.isTyped ? 1 : 0;
      if (this.rest.length < head + 4) return;
      const length = head + this.rest.readUInt32BE(head);
      if (this.rest.length < length) return;
      const bytes = this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      this.onMessage({ type: this.isTyped ? String.fromCharCode(bytes[0]!) : '', bytes });
      this.isTyped = true;
    }
  }
}

/** What was said since the last BEGIN of a connection. */
class Transaction {
  said = '';
  /** Statements that are prepared, by name. */
  private readonly statements = new Map<string, string>();

  /** @returns whether it is a COMMIT */
  take({ type, bytes }: Message): boolean {
    const [first = '', second = ''] = bytes.toString('latin1', 5).split('\0');
    if (type === 'P') this.statements.set(first, second);
    const sql = type === 'B' ? (this.statements.get(second) ?? '') : type === 'Q' ? first : undefined;
    if (sql === undefined) return false;
    if (/^begin/i.test(sql)) this.said = '';
    this.said += `${sql} ${bytes.toString('latin1', 5)}; `;
    return /^commit/i.test(sql);
  }
}
