import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A slow network holds each piece back for so long; the signal SIGUSR2 makes it slow. */
const SLOW_MS = 500;

const SCRIPT = `
const net = require('node:net');
const [host, port, slowMs] = process.argv.slice(1);
let delay = 0;
process.on('SIGUSR2', () => (delay = Number(slowMs)));
const pass = (from, to) => {
  from.on('data', (piece) => setTimeout(() => to.writable && to.write(piece), delay));
  from.on('end', () => setTimeout(() => to.end(), delay));
  from.on('error', () => to.destroy());
};
const server = net.createServer({ allowHalfOpen: true }, (near) => {
  const far = net.connect({ host, port: Number(port), allowHalfOpen: true });
  pass(near, far);
  pass(far, near);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** A network between a program and a server of this machine that can become slow or be cut without a word. */
export class FrozenProxy {
  private readonly fillers: Socket[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async to(url: string): Promise<FrozenProxy> {
    const { hostname, port } = new URL(url);
    const child = spawn(process.execPath, ['-e', SCRIPT, hostname, port, String(SLOW_MS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new FrozenProxy(child, Number(line.toString()));
  }

  slowDown(): void {
    this.child.kill('SIGUSR2');
  }

  /** From now on it takes what is sent and new connections, and says nothing. */
  swallow(): void {
    this.child.kill('SIGSTOP');
  }

  /** From now on it takes not even new connections: the kernel's backlog is full. */
  async refuseToListen(): Promise<void> {
    this.swallow();
    for (let taken = true; taken;) {
      const filler = connect({ host: '127.0.0.1', port: this.port });
      filler.on('error', () => undefined);
      this.fillers.push(filler);
      taken = await Promise.race([once(filler, 'connect').then(() => true), pause(500).then(() => false)]);
    }
  }

  async close(): Promise<void> {
    for (const filler of this.fillers) filler.destroy();
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
