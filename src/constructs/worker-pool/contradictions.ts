import type { Volume, VolumeMount } from 'cdk8s-plus-28';
import { MOUNTS, PATH, VOLUME } from '../../api';
import { LIMIT, RESERVED_CONTAINER_NAMES, SENTENCE } from '../../api/worker-pool/rules';
import { accessModes, type SpecialVolume } from './special-volume';

/** A pool with all that was added to it, as far as its parts can contradict one another. */
export interface PoolParts {
  readonly poolSize?: number;
  readonly hasAutoscaler: boolean;
  readonly workspace: SpecialVolume;
  readonly cache: SpecialVolume;
  /** Volumes of the Pod beside the two special ones. */
  readonly volumes: readonly Volume[];
  readonly builtIn: Readonly<Record<keyof typeof MOUNTS, ContainerParts>>;
  readonly initContainers: readonly ContainerParts[];
  readonly sidecars: readonly ContainerParts[];
}

export interface ContainerParts {
  readonly name: string;
  readonly mounts: readonly VolumeMount[];
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_LABEL_FORM = 'lower-case letters, digits and "-", with a letter or a digit at either end, 63 at most';

/** What cannot work together, in sentences; cdk8s puts the pool's path before each. */
export function contradictions(parts: PoolParts): string[] {
  return [...sizeProblems(parts), ...volumeProblems(parts), ...containerProblems(parts), ...mountProblems(parts)];
}

function sizeProblems({ poolSize, hasAutoscaler, workspace, cache }: PoolParts): string[] {
  const problems = [];
  if (poolSize !== undefined && hasAutoscaler) {
    problems.push(`poolSize is ${poolSize}, but an autoscaler sets the size of this pool; leave poolSize out`);
  }
  const size = hasAutoscaler ? 'the pool has an autoscaler' : `poolSize is ${poolSize}`;
  const hasSeveral = hasAutoscaler || (poolSize ?? 1) > 1;
  if (workspace.claim && hasSeveral) {
    problems.push(
      `pod.workspace is the claim "${workspace.claim.name}", but ${size}; each run empties the workspace, so that a ` +
        'claim serves one Worker: use WorkspaceVolume.ephemeral()',
    );
  }
  const modes = accessModes(cache.claim) ?? ['ReadWriteMany'];
  const allowed = hasSeveral ? 'it must be ReadWriteMany' : 'runs write to the cache';
  if (!modes.includes('ReadWriteMany') && (hasSeveral || modes.every((mode) => mode === 'ReadOnlyMany'))) {
    const reason = hasSeveral ? `but ${size}` : 'which cannot be written';
    problems.push(
      `pod.binariesCache is the claim "${cache.claim?.name}" of ${modes.join(', ')}, ${reason}; ${allowed}`,
    );
  }
  return problems;
}

function volumeProblems({ workspace, cache, ...parts }: PoolParts): string[] {
  const containers = [...Object.values(parts.builtIn), ...parts.initContainers, ...parts.sidecars];
  const mounted = containers.flatMap(({ mounts }) => mounts.map(({ volume }) => volume));
  const all = [...new Set([...parts.volumes, ...mounted])];
  const others = all.filter((volume) => volume !== workspace.volume && volume !== cache.volume);
  const names = others.map(({ name }) => name);
  const problems: string[] = [];
  const add = (name: string, sentence: string) => problems.push(`a volume is named "${name}"; ${sentence}`);
  if (workspace.volume.name === cache.volume.name) add(cache.volume.name, SENTENCE.specialVolumes);
  for (const name of new Set(names)) {
    if (name === workspace.volume.name) add(name, SENTENCE.volumeName('workspaceVolume'));
    else if (name === cache.volume.name) add(name, SENTENCE.volumeName('binariesCacheVolume'));
    else if (names.indexOf(name) !== names.lastIndexOf(name)) add(name, 'so is another: names of volumes must differ');
  }
  for (const { name } of [workspace.volume, cache.volume, ...others]) {
    if (RESERVED_VOLUME_NAMES.includes(name)) add(name, 'the operator has a volume of that name: choose another');
    if (!DNS_LABEL.test(name)) add(name, `it must have ${DNS_LABEL_FORM}`);
  }
  if (others.length > LIMIT.items)
    problems.push(`pod.volumes has ${others.length} items; it has ${LIMIT.items} at most`);
  return problems;
}

const RESERVED_VOLUME_NAMES: readonly string[] = [VOLUME.binaries, VOLUME.exchange, VOLUME.credentials];

function containerProblems({ initContainers, sidecars }: PoolParts): string[] {
  const names = [...initContainers, ...sidecars].map(({ name }) => name);
  const ofList = (list: string, containers: readonly ContainerParts[]) => [
    ...containers
      .filter(({ name }) => RESERVED_CONTAINER_NAMES.includes(name))
      .map(({ name }) => `a container is named "${name}"; ${SENTENCE.containerName(list)}`),
    ...(containers.length > LIMIT.items
      ? [`${list} has ${containers.length} items; it has ${LIMIT.items} at most`]
      : []),
  ];
  return [
    ...ofList('pod.initContainers', initContainers),
    ...ofList('pod.sidecars', sidecars),
    ...[...new Set(names)].flatMap((name) => [
      ...(names.indexOf(name) === names.lastIndexOf(name)
        ? []
        : [`a container is named "${name}"; so is another: names of containers must differ`]),
      ...(DNS_LABEL.test(name) ? [] : [`a container is named "${name}"; it must have ${DNS_LABEL_FORM}`]),
    ]),
  ];
}

function mountProblems({ builtIn, initContainers, sidecars }: PoolParts): string[] {
  const ofOurs = Object.entries(builtIn).flatMap(([key, container]) => {
    const taken = MOUNTS[key as keyof typeof MOUNTS].map((volume): string => PATH[volume]);
    return mountsOf(container, taken);
  });
  return [...ofOurs, ...[...initContainers, ...sidecars].flatMap((container) => mountsOf(container, []))];
}

function mountsOf({ name, mounts }: ContainerParts, taken: readonly string[]): string[] {
  const paths = mounts.map(({ path }) => path.replace(/(?<=.)\/+$/, ''));
  return [...new Set(paths)].flatMap((path) => {
    const says = (sentence: string) => [`container "${name}" mounts a volume at "${path}"; ${sentence}`];
    if (!path.startsWith('/') || path.includes(':')) return says('the path must be absolute and without ":"');
    if (taken.includes(path)) return says('the operator mounts one there itself: choose another path');
    if (paths.indexOf(path) !== paths.lastIndexOf(path)) return says('and another one, too: paths must differ');
    return [];
  });
}
