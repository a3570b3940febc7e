import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeLayout } from './layout';

const ROOT = '/sys/fs/cgroup';

/** Makes the control group that the kubelet puts all Pods below: in each hierarchy of cgroup v1, or the one of v2. */
export function createCgroups(layout: NodeLayout, root = ROOT): void {
  enableControllers(root);
  for (const hierarchy of hierarchies(root)) mkdirSync(join(hierarchy, layout.cgroup), { recursive: true });
}

/** On cgroup v2 a group has only the controllers that its parent hands on, and the kubelet wants these. */
function enableControllers(root: string): void {
  const available = join(root, 'cgroup.controllers');
  if (!existsSync(available)) return;
  const controllers = readFileSync(available, 'utf8').trim().split(' ');
  const wanted = ['cpuset', 'cpu', 'memory', 'hugetlb', 'pids'].filter((name) => controllers.includes(name));
  writeFileSync(join(root, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
}

/** Removes the control groups; their processes are gone, but the kernel may take a moment to notice. */
export async function removeCgroups(layout: NodeLayout, root = ROOT): Promise<void> {
  for (const hierarchy of hierarchies(root)) {
    const group = join(hierarchy, layout.cgroup);
    for (let attempt = 0; attempt < 50 && existsSync(group); attempt++) {
      if (attempt > 0) await sleep(100);
      removeTree(group);
    }
  }
}

/** The folders that have control groups of their own; one that is a link shows the same as another. */
export function hierarchies(root: string): string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

function removeTree(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(group, entry.name));
  }
  try {
    rmdirSync(group);
  } catch (error) {
    if (!['EBUSY', 'ENOTEMPTY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
