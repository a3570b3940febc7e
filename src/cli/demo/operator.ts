import { chartValues, type Images } from '../image-names';
import type { Kubernetes } from './kubernetes';
import { DEMO } from './settings';

/** Installs the operator's chart with Helm, or brings it up to date, under its own ServiceAccount and RBAC. */
export async function installOperator(kubernetes: Kubernetes, images: Images): Promise<void> {
  const { namespace, release, chart } = DEMO.operator;
  await kubernetes.helm([
    'upgrade',
    '--install',
    release,
    chart,
    '--namespace',
    namespace,
    '--create-namespace',
    '--set-json',
    `controllerManager=${JSON.stringify(chartValues(images).controllerManager)}`,
    '--wait',
    '--timeout',
    '3m',
  ]);
}
