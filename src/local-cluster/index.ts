import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTime } from './binaries';
import { stateFolder } from './cache';
import type { LocalCluster } from './cluster';
import { ContextCluster, findContext } from './context-cluster';
import { exec, type Exec } from './exec';
import { dockerRuns } from './images/builders';
import { KindCluster } from './kind/kind-cluster';
import { NodeCluster } from './node/node-cluster';
import { NODE_BINARIES } from './node/supervisor';
import { missingForNode, type Missing } from './prerequisites';
import { plainLines, type Progress } from './progress';

export { stateFolder } from './cache';
export type { LocalCluster } from './cluster';
export type { ImageSpec } from './images';
export { install, type Missing } from './prerequisites';
export { plainLines, silent, type Progress } from './progress';
export { findHelm, findKubectl } from './tools';

export interface ClusterChoice {
  /** Tells clusters on one machine apart, for example `demo` and `e2e`: lower-case letters, digits, dashes. */
  readonly name: string;
  /** Uses this context of the person's kubeconfig instead of a cluster of our own. @default - a cluster of our own */
  readonly context?: string;
  /** Where images are pushed for `context`. @default - none: `loadImages` says that it is needed */
  readonly registry?: string;
  /** The NodePorts that must be reachable from this machine. @default [30443] */
  readonly nodePorts?: readonly number[];
  readonly progress?: Progress;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** What was chosen, and what the machine lacks for it. */
export interface ChosenCluster {
  readonly cluster: LocalCluster;
  /** Not empty: `cluster.up()` cannot work before these are there (`install`). */
  readonly missing: readonly Missing[];
  /** How long the programs that it lacks take where they must be built from source. @default - it lacks none */
  readonly buildTime?: string;
}

const NODE_PORTS = [30443];

/**
 * The person's own cluster when a context is named; else kind where Docker runs; else a real node on this machine.
 * @throws LocalClusterError when the context does not exist
 */
export async function chooseCluster(choice: ClusterChoice, execute: Exec = exec): Promise<ChosenCluster> {
  const { name, context, progress = plainLines, env = process.env } = choice;
  if (context !== undefined) {
    const { kubeconfig, server } = await findContext(context, env, execute);
    const folder = join(stateFolder(name, env), 'context');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const kubeconfigPath = join(folder, 'kubeconfig');
    writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
    const options = { context, kubeconfigPath, registry: choice.registry, nodePortHost: server.hostname };
    return { cluster: new ContextCluster(options, progress, execute), missing: [] };
  }
  if (await dockerRuns(execute)) {
    return { cluster: new KindCluster(name, choice.nodePorts ?? NODE_PORTS, progress, execute), missing: [] };
  }
  return {
    cluster: new NodeCluster(name, progress),
    missing: missingForNode(NODE_BINARIES),
    // Parts of the images of runner and launcher.
    buildTime: buildTime([...NODE_BINARIES, 'tofu', 'opa']),
  };
}
