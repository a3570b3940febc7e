import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalClusterError } from '../errors';
import { isAlive, processIdentity, signal, type ProcessIdentity } from '../process-identity';
import { onPath } from '../platform';
import { netnsPath } from './network';
import type { NodeLayout } from './layout';

const STOP_TIMEOUT_MS = 15_000;

/** What is recorded of a started node. */
interface MachineRecord {
  readonly process: ProcessIdentity;
  /** The script that it runs; another one means another configuration. */
  readonly script: string;
}

/** The node's outermost process on the machine, if it runs; `script` is what it was started with. */
export function runningMachine(layout: NodeLayout): MachineRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPath(layout), 'utf8')) as MachineRecord;
    return isAlive(record.process) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Starts process 1 of the node in mounts, processes and network of its own; it outlives this process. */
export function startMachine(layout: NodeLayout, script: string): void {
  const file = join(layout.folder, 'node.sh');
  writeFileSync(file, script, { mode: 0o755 });
  const log = openSync(join(layout.logs, 'node.log'), 'a');
  const child = spawn(
    onPath('nsenter') ?? 'nsenter',
    [
      `--net=${netnsPath(layout)}`,
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '/bin/sh', file],
    ],
    { detached: true, cwd: '/', stdio: ['ignore', log, log], env: { PATH: searchPath() } },
  );
  closeSync(log);
  child.on('error', () => {});
  child.unref();
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  if (!identity) throw new LocalClusterError(`the node could not be started: see ${layout.logs}/node.log`);
  const record: MachineRecord = { process: identity, script };
  writeFileSync(recordPath(layout), JSON.stringify(record));
}

/** Ends the node and everything in it. */
export async function stopMachine(layout: NodeLayout): Promise<void> {
  const machine = runningMachine(layout);
  if (machine) {
    const first = firstProcess(machine.process);
    // The kernel ends a process namespace with its first process, so nothing in it can be missed or survive.
    signal(machine.process, 'SIGKILL');
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    while (isAlive(machine.process) || (first && isAlive(first))) {
      if (performance.now() > deadline)
        throw new LocalClusterError(`process ${machine.process.pid} of the node does not end`);
      await sleep(50);
    }
  }
  rmSync(recordPath(layout), { force: true });
}

/** The arguments of nsenter that lead into the node. Undefined when it does not run. */
export function waysIn(layout: NodeLayout): string[] | undefined {
  const machine = runningMachine(layout);
  const first = machine && firstProcess(machine.process);
  return first && ['--target', String(first.pid), '--mount', '--net', '--pid'];
}

/** Process 1 of the node as the machine numbers it. */
function firstProcess({ pid }: ProcessIdentity): ProcessIdentity | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return processIdentity(Number(children[0]));
  } catch {
    return undefined;
  }
}

function recordPath({ folder }: NodeLayout): string {
  return join(folder, 'node.json');
}

function searchPath(): string {
  return [process.env.PATH, '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin'].filter(Boolean).join(':');
}
