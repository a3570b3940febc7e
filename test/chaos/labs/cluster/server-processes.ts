import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { kube } from '../../../support/kube';
import type { ApiServer } from '../../../support/api-server.start';
import { sleep } from '../../../support/waiting';

export type ServerName = 'etcd' | 'kube-apiserver';

/** Variables in which `startApiServer` says which programs it starts. */
const PROGRAM = { etcd: 'TEST_ASSET_ETCD', 'kube-apiserver': 'TEST_ASSET_KUBE_APISERVER' } as const;

interface Running {
  readonly pid: number;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Of one that was started here again. */
  readonly child?: ChildProcess;
}

const READY_WITHIN_MS = 60_000;

/** etcd and kube-apiserver of a lab as processes: to be killed, stood still, and started again as they were. */
export class ServerProcesses {
  private readonly running = new Map<ServerName, Running>();

  /** Finds those that this process has started. @throws Error where one is not there */
  constructor(private readonly server: ApiServer) {
    for (const name of ['etcd', 'kube-apiserver'] as const) this.running.set(name, childNamed(name));
  }

  /** Ends one in the middle of whatever it does. */
  async kill(name: ServerName): Promise<void> {
    const { pid } = this.of(name);
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(10);
  }

  /** Starts one that was killed, on the same port and with the same data. */
  async start(name: ServerName): Promise<void> {
    const { command } = this.of(name);
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: 'ignore' });
    this.running.set(name, { pid: child.pid ?? 0, command, child });
    if (name === 'kube-apiserver') await this.untilReady();
  }

  pause(name: ServerName): void {
    process.kill(this.of(name).pid, 'SIGSTOP');
  }

  resume(name: ServerName): void {
    process.kill(this.of(name).pid, 'SIGCONT');
  }

  /** Has etcd forget its history, as the API server asks it to every five minutes. */
  async compact(): Promise<void> {
    const url = flagOf(this.of('etcd').command, 'listen-client-urls');
    const post = async (path: string, body: object) => {
      const answer = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as { header: { revision: string } };
    };
    const { header } = await post('range', { key: Buffer.from('none').toString('base64') });
    await post('compaction', { revision: header.revision, physical: true });
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const status = await kube('GET', '/readyz', undefined, this.server).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return;
      if (performance.now() > deadline) throw new Error('kube-apiserver is not ready after it was started again');
      await sleep(100);
    }
  }

  /** Ends those that were started here; whoever started the others ends them. */
  close(): void {
    for (const { pid, child } of this.running.values()) {
      if (child) child.kill('SIGKILL');
      else if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    }
  }

  private of(name: ServerName): Running {
    const found = this.running.get(name);
    if (!found) throw new Error(`${name} does not run`);
    return found;
  }
}

const flagOf = (command: readonly string[], name: string): string | undefined =>
  command.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

function childNamed(name: ServerName): Running {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  for (const pid of pids.map(Number)) {
    const command = commandOf(pid);
    if (parentOf(pid) === process.pid && command[0] === process.env[PROGRAM[name]]) return { pid, command };
  }
  throw new Error(`no process ${name} of this one is found below /proc`);
}

/** A process that waits for its parent to take note of its end lives no more. */
function isAlive(pid: number): boolean {
  const state = statusOf(pid, 'State');
  return state !== undefined && !state.startsWith('Z');
}

const parentOf = (pid: number): number => Number(statusOf(pid, 'PPid'));

function statusOf(pid: number, field: string): string | undefined {
  try {
    return new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
