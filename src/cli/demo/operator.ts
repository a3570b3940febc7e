import type { Kubernetes } from './kubernetes';
import { DEMO } from './settings';

/** Installs the operator's chart with Helm, or brings it up to date, under its own ServiceAccount and RBAC. */
export async function installOperator(kubernetes: Kubernetes, images: Readonly<Record<string, string>>): Promise<void> {
  const { namespace, release, chart } = DEMO.operator;
  const [repository, tag] = splitImage(images.controller ?? '');
  await kubernetes.helm([
    'upgrade',
    '--install',
    release,
    chart,
    '--namespace',
    namespace,
    '--create-namespace',
    '--set-string',
    `controllerManager.manager.image.repository=${repository}`,
    '--set-string',
    `controllerManager.manager.image.tag=${tag}`,
    '--wait',
    '--timeout',
    '3m',
  ]);
}

/** The tag is what follows the last colon, unless that belongs to a registry's port. */
function splitImage(image: string): [string, string] {
  const colon = image.lastIndexOf(':');
  return colon > image.lastIndexOf('/') ? [image.slice(0, colon), image.slice(colon + 1)] : [image, 'latest'];
}
