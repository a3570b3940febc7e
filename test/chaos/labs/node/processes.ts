import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { run } from '../../../../src/local-cluster/exec';
import { NODE, nodeLayout, type NodeLayout } from '../../../../src/local-cluster/node/layout';
import { stopMachine, waysIn } from '../../../../src/local-cluster/node/machine';
import type { RunPod } from '../../../e2e/installation';

/** The programs that the node's process 1 keeps running. */
export type NodeProgram = 'kubelet' | 'containerd' | 'kube-proxy';

/** The processes of the one node, which the machine sees; those of other nodes on the machine are never touched. */
export class NodeProcesses {
  private readonly layout: NodeLayout;

  constructor(name: string) {
    this.layout = nodeLayout(name);
  }

  /** Runs a program where the node's mounts, processes and network are. */
  inside(program: string, ...args: string[]): Promise<string> {
    return run('nsenter', [...this.wayIn(), program, ...args]);
  }

  /** Ends all that runs on the node, at once, as when its power fails. */
  powerOff(): Promise<void> {
    return stopMachine(this.layout);
  }

  /** Sends a signal to one of the node's programs, which its process 1 starts again when it has ended. */
  signal(program: NodeProgram, signal: NodeJS.Signals): void {
    const isIt = new RegExp(`(^|/)${program}(-v[^/]*)?$`);
    const found = this.all().filter((pid) => isIt.test(commandOf(pid)[0] ?? ''));
    if (found.length === 0) throw new Error(`the node runs no ${program}`);
    for (const pid of found) process.kill(pid, signal);
  }

  /** Sends a signal to the first process of a container. */
  signalContainer(pod: RunPod, container: string, signal: NodeJS.Signals): void {
    const pid = this.inPod(pod.metadata.uid, containerId(pod, container))[0];
    if (pid === undefined) throw new Error(`the container ${container} of ${pod.metadata.name} has no process`);
    process.kill(pid, signal);
  }

  /** Processes in the control groups of a Pod, or of one container of it, the oldest first. */
  inPod(podUid: string, container = ''): number[] {
    const uid = new RegExp(podUid.replaceAll('-', '[-_]'));
    const isThere = (pid: number): boolean => {
      const groups = readIfThere(`/proc/${pid}/cgroup`);
      return uid.test(groups) && groups.includes(container);
    };
    return allPids().filter(isThere);
  }

  /** Kills the first process of a Pod whose command line has all the words. @returns whether there was one */
  killIn(podUid: string, ...words: string[]): boolean {
    const isIt = (pid: number): boolean => {
      const command = commandOf(pid);
      return words.every((word) => command.some((part) => part.includes(word)));
    };
    const pid = this.inPod(podUid).find(isIt);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    return pid !== undefined;
  }

  /** Lets packets of Pods to an address vanish, in the node's own network, for as long as the work takes. */
  async without<T>(address: string, work: () => Promise<T>): Promise<T> {
    const rule = ['PREROUTING', '-i', NODE.bridge, '-d', address, '-j', 'DROP'];
    await this.inside('iptables', '-w', '-t', 'raw', '-I', ...rule);
    try {
      return await work();
    } finally {
      await this.inside('iptables', '-w', '-t', 'raw', '-D', ...rule);
    }
  }

  /** Kills the program by which containerd holds the containers of a Pod: it is the parent of their first processes. */
  killShim(podUid: string): void {
    const [first = 0] = this.inPod(podUid);
    const [, parent] = /^PPid:\s+(\d+)$/m.exec(readIfThere(`/proc/${first}/status`)) ?? [];
    const command = parent === undefined ? '' : (commandOf(Number(parent))[0] ?? '');
    if (!command.includes('containerd-shim')) throw new Error(`the Pod ${podUid} hangs on no shim, but on ${command}`);
    process.kill(Number(parent), 'SIGKILL');
  }

  /** How many files, sockets among them, and how much memory the first process has whose command line has the words. */
  usageOf(words: string): {
    readonly pid: number;
    readonly files: number;
    readonly sockets: number;
    readonly bytes: number;
  } {
    const pid = this.all().find((one) => commandOf(one).join(' ').includes(words));
    if (pid === undefined) throw new Error(`the node runs nothing like ${words}`);
    const folder = `/proc/${pid}/fd`;
    const targets = readdirSync(folder).map((file) => linkIfThere(`${folder}/${file}`));
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readIfThere(`/proc/${pid}/status`)) ?? [];
    return {
      pid,
      files: targets.length,
      sockets: targets.filter((target) => target.startsWith('socket:')).length,
      bytes: Number(kilobytes) * 1024,
    };
  }

  private all(): number[] {
    const [, first = ''] = this.wayIn();
    const here = linkIfThere(`/proc/${first}/ns/mnt`);
    const cgroup = `/${this.layout.cgroup}/`;
    return allPids().filter(
      (pid) => linkIfThere(`/proc/${pid}/ns/mnt`) === here || readIfThere(`/proc/${pid}/cgroup`).includes(cgroup),
    );
  }

  private wayIn(): string[] {
    const way = waysIn(this.layout);
    if (way === undefined) throw new Error(`the node "${this.layout.name}" does not run`);
    return way;
  }
}

function containerId(pod: RunPod, container: string): string {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status as {
    readonly containerStatuses?: readonly { name: string; containerID?: string }[];
    readonly initContainerStatuses?: readonly { name: string; containerID?: string }[];
  };
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  const [, id] = /^containerd:\/\/(\w+)$/.exec(status?.containerID ?? '') ?? [];
  if (id === undefined) throw new Error(`the Pod ${pod.metadata.name} has no container ${container} yet`);
  return id;
}

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((one, other) => one - other);

const commandOf = (pid: number): string[] => readIfThere(`/proc/${pid}/cmdline`).split('\0');

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

function linkIfThere(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
