import { CONTROLLER_VARIABLE } from '../api';
import { CONTROL_PLANE, CONTROLLER_COMMAND } from '../constructs/operator/constants';
import { CONTROLLER_DEFAULTS } from '../controller/options';
import { DEPLOYMENTS, type Deployment } from './kinds';
import type { ClusterView, Seen } from './view';

/** A controller as its Deployment starts it. */
export interface Controller {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly container: string;
  /** Of its Pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly wanted: number;
  readonly ready: number;
  /** Namespaces that it looks after; none: all. */
  readonly namespaces: readonly string[];
  /** Name of its Lease; undefined where it elects no leader. */
  readonly lease: string | undefined;
  readonly keepsBudgets: boolean;
  /** Whether it asks the API server who scrapes its metrics. */
  readonly guardsMetrics: boolean;
  /** Whether this project's chart or construct made it; Spacelift's own controller needs other rights. */
  readonly isOurs: boolean;
}

/** Those of the cluster, or of one namespace. */
export async function controllersOf(view: ClusterView, namespace: string | undefined): Promise<Seen<Controller[]>> {
  const selector = Object.entries(CONTROL_PLANE)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const found = await view.list<Deployment>(DEPLOYMENTS, namespace, selector);
  // Every operator that kubebuilder made has that label.
  return found === 'unseen' ? found : found.flatMap((deployment) => controllerOf(deployment) ?? []);
}

/** Undefined for what is no controller of WorkerPools. */
export function controllerOf({ metadata, spec, status }: Deployment): Controller | undefined {
  const { containers, serviceAccountName = 'default' } = spec.template.spec;
  const container = containers.find(({ command }) => command?.[0] === CONTROLLER_COMMAND);
  if (!container) return undefined;
  const flags = flagsOf(container.args ?? []);
  const variable = (name: string) => container.env?.find((each) => each.name === name)?.value;
  const last = (flag: string) => flags.findLast(([name]) => name === flag)?.[1];
  const lease = last('leader-elect-lease-name') ?? variable(CONTROLLER_VARIABLE.leaseName);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    image: container.image ?? '',
    container: container.name,
    labels: spec.selector.matchLabels ?? {},
    serviceAccount: serviceAccountName,
    wanted: spec.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    namespaces: flags.flatMap(([name, value]) => (name === 'namespaces' ? value.split(',').filter(Boolean) : [])),
    lease: isTrue(last('leader-elect')) ? (lease ?? CONTROLLER_DEFAULTS.leaseName) : undefined,
    keepsBudgets: variable(CONTROLLER_VARIABLE.runDisruptionBudget) === 'true',
    guardsMetrics: (last('metrics-bind-address') ?? '0') !== '0' && isTrue(last('metrics-secure') ?? 'true'),
    isOurs: variable(CONTROLLER_VARIABLE.leaseName) !== undefined,
  };
}

export const watches = ({ namespaces }: Controller, namespace: string): boolean =>
  namespaces.length === 0 || namespaces.includes(namespace);

const isTrue = (value: string | undefined): boolean => value !== undefined && /^(1|t|true)$/i.test(value);

/** `--a=b`, `--a b` and `--a`, which is true. */
function flagsOf(args: readonly string[]): [string, string][] {
  return args.flatMap((arg, index): [string, string][] => {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) return [];
    const next = args[index + 1];
    return [[name, value ?? (next === undefined || next.startsWith('--') ? 'true' : next)]];
  });
}
