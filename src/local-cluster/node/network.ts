import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalClusterError } from '../errors';
import { exec, run, type Exec } from '../exec';
import type { NodeLayout } from './layout';

const NETNS = '/run/netns';
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

/**
 * Lays a cable between the machine and a network namespace for the node. Interfaces, routes and packet filter rules of
 * the cluster live in there; the machine gets one interface, and three rules by `admitTraffic`.
 */
export async function connectNetwork(layout: NodeLayout, execute: Exec = exec): Promise<void> {
  const ip = (...args: string[]): Promise<string> => run('ip', args, { exec: execute });
  const inside = (...args: string[]): Promise<string> => ip('-netns', layout.netns, ...args);
  const inUse = await processesOfAnother(layout, execute);
  if (inUse.length > 0) {
    throw new LocalClusterError(
      `a node "${layout.name}" with its data in another folder than ${layout.folder} runs on this machine (process ${inUse[0]}): take it down first, with the HOME or WORKER_POOLS_STATE that it was started with`,
    );
  }
  await removeLink(layout, execute);
  await ip('netns', 'add', layout.netns);
  await ip('link', 'add', layout.hostLink, 'type', 'veth', 'peer', 'name', layout.nodeLink);
  await ip('link', 'set', layout.nodeLink, 'netns', layout.netns, 'name', 'eth0');
  await ip('address', 'add', `${layout.hostAddress}/30`, 'dev', layout.hostLink);
  await ip('link', 'set', layout.hostLink, 'up');
  await inside('link', 'set', 'lo', 'up');
  await inside('address', 'add', `${layout.nodeAddress}/30`, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
  await inside('route', 'add', 'default', 'via', layout.hostAddress);
}

/** Lets the node reach what the machine reaches; at each `up`, as reloading a firewall drops what it does not know. */
export async function admitTraffic(layout: NodeLayout, execute: Exec = exec): Promise<void> {
  for (const [table, chain, ...match] of rules(layout)) {
    const known = await execute('iptables', ['-w', '-t', table, '-C', chain, ...match]);
    if (known.exitCode !== 0) await run('iptables', ['-w', '-t', table, '-I', chain, ...match], { exec: execute });
  }
  enableForwarding(layout);
}

/** Takes away what `connectNetwork` and `admitTraffic` made, whatever of it is there. */
export async function disconnectNetwork(layout: NodeLayout, execute: Exec = exec): Promise<void> {
  if ((await processesOfAnother(layout, execute)).length > 0) return;
  for (const [table, chain, ...match] of rules(layout)) {
    await execute('iptables', ['-w', '-t', table, '-D', chain, ...match]);
  }
  await removeLink(layout, execute);
  restoreForwarding(layout);
}

/**
 * Who lives in the network namespace while our own node does not run: a node of that name which another HOME or
 * WORKER_POOLS_STATE started, and whose cable is to stay.
 */
async function processesOfAnother({ netns }: NodeLayout, execute: Exec): Promise<string[]> {
  const { exitCode, stdout } = await execute('ip', ['netns', 'pids', netns]);
  return exitCode === 0 ? stdout.split(/\s+/).filter((pid) => pid !== '') : [];
}

/** What an earlier start left, too; an end of the cable takes the other with it. */
async function removeLink(layout: NodeLayout, execute: Exec): Promise<void> {
  await execute('ip', ['link', 'delete', layout.hostLink]);
  await execute('ip', ['netns', 'delete', layout.netns]);
}

/** Whether the network namespace of any other node is there. */
export function anotherNodeRuns(): boolean {
  return existsSync(NETNS) && readdirSync(NETNS).some((name) => name.startsWith('worker-pools-'));
}

export function netnsPath({ netns }: NodeLayout): string {
  return join(NETNS, netns);
}

/** What leaves the node leaves the machine in the machine's name. */
function rules({ linkNetwork, hostLink, ruleComment }: NodeLayout): (readonly [string, string, ...string[]])[] {
  const comment = ['-m', 'comment', '--comment', ruleComment];
  return [
    ['nat', 'POSTROUTING', '-s', linkNetwork, '!', '-o', hostLink, ...comment, '-j', 'MASQUERADE'],
    // Docker and firewalls refuse to forward what they do not know.
    ['filter', 'FORWARD', '-i', hostLink, ...comment, '-j', 'ACCEPT'],
    ['filter', 'FORWARD', '-o', hostLink, ...comment, '-j', 'ACCEPT'],
  ];
}

function enableForwarding(layout: NodeLayout): void {
  if (readFileSync(FORWARDING, 'utf8').trim() === '1') return;
  writeFileSync(forwardingMark(layout), '');
  writeFileSync(FORWARDING, '1');
}

/** The last node turns the light off. */
function restoreForwarding(layout: NodeLayout): void {
  if (!existsSync(forwardingMark(layout)) || anotherNodeRuns()) return;
  writeFileSync(FORWARDING, '0');
  rmSync(forwardingMark(layout));
}

/** There when it was us who made the machine forward packets; beside the folders of all clusters. */
function forwardingMark({ folder }: NodeLayout): string {
  return join(folder, '..', '..', 'forwarding-was-off');
}
