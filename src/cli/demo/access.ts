import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LocalCluster } from '../../local-cluster';
import type { Kubernetes } from './kubernetes';
import { DEMO } from './settings';

/** A way from this machine to the control plane. */
export interface Access {
  readonly url: string;
  close(): Promise<void>;
}

/** By its NodePort in a cluster of ours; by a port-forward, for as long as this process lives, in somebody's own. */
export async function reachControlPlane(kubernetes: Kubernetes, cluster: LocalCluster): Promise<Access> {
  if (cluster.kind !== 'context') {
    return { url: `https://${cluster.nodePortHost}:${DEMO.nodePort}`, close: () => Promise.resolve() };
  }
  const { namespace, name } = DEMO.controlPlane;
  const { path, args } = kubernetes.program;
  const child = spawn(path, [...args, 'port-forward', '-n', namespace, `service/${name}`, ':8443'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    const close = async (): Promise<void> => {
      child.kill();
      await ended;
    };
    return { url: `https://127.0.0.1:${port}`, close };
  }
  throw new Error('`kubectl port-forward` ended before it forwarded anything; its message is above');
}
