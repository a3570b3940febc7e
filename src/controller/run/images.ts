import type { WorkerPool } from '../../api';
import type { Assignment } from '../../protocol/messages';

/** The `worker` container's image: the stack's, then the pool's default for its tool, then the account's. */
export function runnerImage(assignment: Assignment, pool: WorkerPool): string {
  const { defaultRunnerImage, defaultAnsibleRunnerImage } = pool.spec?.pod ?? {};
  const poolDefault = assignment.vendor === 'ansible' ? defaultAnsibleRunnerImage : defaultRunnerImage;
  return assignment.runnerImage ?? (poolDefault || assignment.defaultRunnerImage);
}

/** The image of `init` and `launcher-grpc`: the pool's, then the one that fits the control plane. */
export function launcherImage(assignment: Assignment, pool: WorkerPool): string {
  return pool.spec?.pod?.launcherImage || assignment.launcherImage;
}

/** The registry (`host` or `host:port`, lower-case) that an image reference names; `docker.io` when it names none. */
export function imageHost(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash).toLowerCase();
  const namesAHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return namesAHost ? canonicalHost(first) : 'docker.io';
}

/** The host of the stack's runner image when the pool does not allow it. The pool's own defaults are always allowed. */
export function refusedRunnerImageHost(assignment: Assignment, pool: WorkerPool): string | undefined {
  const allowed = pool.spec?.allowedRunnerImageHosts;
  if (!allowed || assignment.runnerImage === undefined) return undefined;
  const host = imageHost(assignment.runnerImage);
  return allowed.some((entry) => canonicalHost(entry.toLowerCase()) === host) ? undefined : host;
}

function canonicalHost(host: string): string {
  return host === 'index.docker.io' ? 'docker.io' : host;
}
