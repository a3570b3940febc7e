import type { Volume, VolumeMount, WorkerPool } from '../../api';
import { PATH, VOLUME } from '../../api/names';

/** Read by owner and group (Pod's fsGroup) only. */
const CREDENTIALS_MODE = 0o440;

export function runVolumes(pool: WorkerPool): Volume[] {
  const pod = pool.spec?.pod;
  return [
    pod?.workspaceVolume ?? { name: VOLUME.workspace, emptyDir: {} },
    pod?.binariesCacheVolume ?? { name: VOLUME.binariesCache, emptyDir: {} },
    { name: VOLUME.binaries, emptyDir: {} },
    { name: VOLUME.exchange, emptyDir: {} },
    credentialsVolume(pool),
    ...(pod?.volumes ?? []),
  ];
}

export function initMounts(pool: WorkerPool): VolumeMount[] {
  return [...sharedMounts(pool), cacheMount(pool), { name: VOLUME.binaries, mountPath: PATH.binaries }, CREDENTIALS];
}

export function relayMounts(pool: WorkerPool): VolumeMount[] {
  return [...sharedMounts(pool), CREDENTIALS];
}

/** Never the credentials: the steps must not see token and key of the pool. */
export function workerMounts(pool: WorkerPool): VolumeMount[] {
  const binaries: VolumeMount = { name: VOLUME.binaries, mountPath: PATH.binaries, readOnly: true };
  return [...sharedMounts(pool), cacheMount(pool), binaries];
}

const CREDENTIALS: VolumeMount = { name: VOLUME.credentials, mountPath: PATH.credentials, readOnly: true };

function sharedMounts(pool: WorkerPool): VolumeMount[] {
  const workspace = pool.spec?.pod?.workspaceVolume?.name ?? VOLUME.workspace;
  return [
    { name: workspace, mountPath: PATH.workspace },
    { name: VOLUME.exchange, mountPath: PATH.exchange },
  ];
}

function cacheMount(pool: WorkerPool): VolumeMount {
  return { name: pool.spec?.pod?.binariesCacheVolume?.name ?? VOLUME.binariesCache, mountPath: PATH.binariesCache };
}

function credentialsVolume(pool: WorkerPool): Volume {
  const { token, privateKey } = pool.spec ?? {};
  const sources = [
    { ref: token?.secretKeyRef, path: 'token' },
    { ref: privateKey?.secretKeyRef, path: 'privateKey' },
  ].flatMap(({ ref, path }) => (ref ? [{ secret: { name: ref.name, items: [{ key: ref.key, path }] } }] : []));
  return { name: VOLUME.credentials, projected: { defaultMode: CREDENTIALS_MODE, sources } };
}
