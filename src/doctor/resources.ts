import { quantityToScalar } from '@kubernetes/client-node/dist/util.js';
import type { Container } from '../api';
import type { RunPod } from '../controller/run';

/** What one Pod takes of a quota, in the quota's words: `requests.cpu`, `limits.memory`, `pods`. */
export type Usage = Readonly<Record<string, number>>;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;

/** A quantity of Kubernetes as a number; undefined for one that is none. */
export function numberOf(quantity: string | number | undefined): number | undefined {
  try {
    return quantity === undefined ? undefined : Number(quantityToScalar(String(quantity)));
  } catch {
    return undefined;
  }
}

/** By Kubernetes' rule: containers add up, and init containers, which come one after another, count by the greatest. */
export function usageOf({ spec }: Pick<RunPod, 'spec'>): Usage {
  const usage: Record<string, number> = { pods: 1, 'count/pods': 1 };
  for (const kind of ['requests', 'limits'] as const) {
    for (const resource of COMPUTE) {
      const amount = (container: Container): number => numberOf(container.resources?.[kind]?.[resource]) ?? 0;
      const sidecars = spec.initContainers.filter(isSidecar).reduce((sum, each) => sum + amount(each), 0);
      const together = spec.containers.reduce((sum, each) => sum + amount(each), 0) + sidecars;
      const first = Math.max(
        0,
        ...spec.initContainers.filter((each) => !isSidecar(each)).map((each) => amount(each) + sidecars),
      );
      const total = Math.max(together, first);
      usage[`${kind}.${resource}`] = total;
      if (kind === 'requests') usage[resource] = total;
    }
  }
  return usage;
}

const isSidecar = (container: Container): boolean =>
  (container as { restartPolicy?: string }).restartPolicy === 'Always';
