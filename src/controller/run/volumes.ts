import type { Volume, VolumeMount, WorkerPool } from '../../api';
import { MOUNTS, PATH, VOLUME } from '../../api/names';
import { credentialsOf } from '../resources';
import { podTemplate } from './template';

/**
 * What the output of a run's steps may grow to, as a Kubernetes quantity. It stays in the exchange volume until the Pod
 * goes, and the kubelet evicts a Pod that goes beyond, instead of the others on the node.
 */
const EXCHANGE_SIZE_LIMIT = '8Gi';

/** Read by owner and group (Pod's fsGroup) only. */
const CREDENTIALS_MODE = 0o440;

export function runVolumes(pool: WorkerPool): Volume[] {
  const pod = podTemplate(pool);
  return [
    pod.workspaceVolume ?? { name: VOLUME.workspace, emptyDir: {} },
    pod.binariesCacheVolume ?? { name: VOLUME.binariesCache, emptyDir: {} },
    { name: VOLUME.binaries, emptyDir: {} },
    { name: VOLUME.exchange, emptyDir: { sizeLimit: EXCHANGE_SIZE_LIMIT } },
    credentialsVolume(pool),
    ...(pod.volumes ?? []),
  ];
}

/** What `init` fills and steps only read. */
const OF_INIT: readonly (keyof typeof VOLUME)[] = ['binaries', 'binariesCache'];

/** What the operator itself mounts into one of its containers. */
export function ownMounts(container: keyof typeof MOUNTS, pool: WorkerPool): VolumeMount[] {
  return MOUNTS[container].map((volume) => ({
    name: nameOf(volume, pool),
    mountPath: PATH[volume],
    readOnly: volume === 'credentials' || (container === 'worker' && OF_INIT.includes(volume)) ? true : undefined,
  }));
}

function nameOf(volume: keyof typeof VOLUME, pool: WorkerPool): string {
  const { workspaceVolume, binariesCacheVolume } = podTemplate(pool);
  if (volume === 'workspace') return workspaceVolume?.name ?? VOLUME.workspace;
  if (volume === 'binariesCache') return binariesCacheVolume?.name ?? VOLUME.binariesCache;
  return VOLUME[volume];
}

function credentialsVolume(pool: WorkerPool): Volume {
  const { token, privateKey } = credentialsOf(pool);
  const sources = [
    { ref: token?.secretKeyRef, path: 'token' },
    { ref: privateKey?.secretKeyRef, path: 'privateKey' },
  ].flatMap(({ ref, path }) => (ref ? [{ secret: { name: ref.name, items: [{ key: ref.key, path }] } }] : []));
  return { name: VOLUME.credentials, projected: { defaultMode: CREDENTIALS_MODE, sources } };
}
