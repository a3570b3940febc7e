import type { WorkerPool } from '../../api';
import type { Assignment } from '../../protocol/messages';
import { podTemplate } from './template';

/** What the control plane names for runs that nobody else names an image for. */
export type RunImages = Pick<Assignment, 'launcherImage' | 'defaultRunnerImage'>;

/** The `worker` container's image: the stack's, then the pool's default for its tool, then the account's. */
export function runnerImage(assignment: Assignment, pool: WorkerPool): string {
  const { defaultRunnerImage, defaultAnsibleRunnerImage } = podTemplate(pool);
  const poolDefault = assignment.vendor === 'ansible' ? defaultAnsibleRunnerImage : defaultRunnerImage;
  return assignment.runnerImage ?? poolDefault ?? assignment.defaultRunnerImage;
}

/** The image of `init` and `launcher-grpc`: the pool's, then the one that fits the control plane. */
export function launcherImage(assignment: Assignment, pool: WorkerPool): string {
  return podTemplate(pool).launcherImage ?? assignment.launcherImage;
}

/**
 * The registry (`host` or `host:port`) that an image reference names; `docker.io` when it names none. Whether the first
 * part is a host is decided as the nodes' runtimes do it (distribution's grammar of references), on the text as it stands:
 * the path of an image is in lower case, so that `TOOLS/runner` names a host.
 */
export function imageHost(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const namesAHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return namesAHost ? first : DOCKER_HUB;
}

/** The host of the stack's runner image when the pool does not allow it. The pool's own defaults are always allowed. */
export function refusedRunnerImageHost(assignment: Assignment, pool: WorkerPool): string | undefined {
  const allowed = pool.spec?.allowedRunnerImageHosts;
  if (!allowed || assignment.runnerImage === undefined) return undefined;
  const host = imageHost(assignment.runnerImage);
  return isAllowedHost(host, allowed) ? undefined : host;
}

/** Whether a pool that allows these hosts takes images of stacks from this one. */
export const isAllowedHost = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => canonical(entry) === canonical(host));

const DOCKER_HUB = 'docker.io';

/** Host names know no case. */
function canonical(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'index.docker.io' ? DOCKER_HUB : lower;
}
