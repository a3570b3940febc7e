import { UserError } from './run-program';

/** What runs Pods, clusters and databases is written for Node 24; the commands that talk to a control plane are not. */
export function requireNode24(command: string, node = process.versions.node): void {
  if (Number(node.split('.')[0]) >= 24) return;
  throw new UserError(
    `\`worker-pools ${command}\` needs Node 24 or newer, and this is Node ${node}; pool, stack and run work here`,
  );
}
