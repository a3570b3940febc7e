import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Conversation, Order, Standing } from './idle-program';

const PROGRAM = join(import.meta.dirname, 'idle-program.ts');

/** Many connections that do little or nothing, in processes of their own. */
export class IdleFleet {
  private readonly processes: readonly ChildProcess[];

  constructor(count: number) {
    const execArgv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
    this.processes = Array.from({ length: count }, () => fork(PROGRAM, { execArgv, env: { PATH: process.env.PATH } }));
  }

  /** Opens connections of one name, in place of those that had it. Resolves when each is answered, where one is, or has ended. */
  open(name: string, conversation: Omit<Conversation, 'from'>): Promise<Standing> {
    const connections = Math.ceil(conversation.connections / this.processes.length);
    return this.all((number) => {
      const from = number * connections;
      const rest = Math.max(0, Math.min(connections, conversation.connections - from));
      return { what: 'open', name, conversation: { ...conversation, from, connections: rest } };
    });
  }

  /** What has become of them. */
  look(name: string): Promise<Standing> {
    return this.all(() => ({ what: 'look', name }));
  }

  close(name: string): Promise<Standing> {
    return this.all(() => ({ what: 'close', name }));
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }),
    );
  }

  private async all(order: (number: number) => Order): Promise<Standing> {
    const found = await Promise.all(this.processes.map((child, number) => ask(child, order(number))));
    return {
      open: found.reduce((sum, { open }) => sum + open, 0),
      lifetimes: found.flatMap(({ lifetimes }) => lifetimes),
      amiss: [...new Set(found.flatMap(({ amiss }) => amiss))],
    };
  }
}

/** One order at a time. */
async function ask(child: ChildProcess, order: Order): Promise<Standing> {
  const answered = new AbortController();
  try {
    const reply = once(child, 'message', { signal: answered.signal }) as Promise<[Standing]>;
    const exit = once(child, 'exit', { signal: answered.signal }).then(([code, signal]) => {
      throw new Error(`a process with idle connections ended (${code ?? signal})`);
    });
    child.send(order);
    const [standing] = await Promise.race([reply, exit]);
    return standing;
  } finally {
    answered.abort();
  }
}
