import { describe, expect, it } from '@jest/globals';
import { Size, type Chart } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim, Volume } from 'cdk8s-plus-28';
import { BinariesCache, WorkspaceVolume, type RunPodProps, type WorkerPoolProps } from '../../../src';
import { specOf, type Change } from './support';

const { READ_WRITE_MANY, READ_WRITE_ONCE, READ_ONLY_MANY } = PersistentVolumeAccessMode;

const claim = (chart: Chart, ...accessModes: PersistentVolumeAccessMode[]): PersistentVolumeClaim =>
  new PersistentVolumeClaim(chart, 'claim', { metadata: { name: 'tools' }, accessModes, storage: Size.gibibytes(1) });
const cache = (...modes: PersistentVolumeAccessMode[]) => {
  return (chart: Chart): RunPodProps => ({
    binariesCache: BinariesCache.persistentVolumeClaim(claim(chart, ...modes)),
  });
};
const workspace = (chart: Chart): RunPodProps => ({
  workspace: WorkspaceVolume.persistentVolumeClaim(claim(chart, READ_WRITE_MANY)),
});
const emptyDir = (chart: Chart, name: string, id = name): Volume => Volume.fromEmptyDir(chart, id, name);
const image = 'a';

describe('a WorkerPool whose parts contradict one another', () => {
  it.each<[string, WorkerPoolProps, (chart: Chart) => RunPodProps, string]>([
    [
      'a cache of one node with several Workers',
      { poolSize: 2 },
      cache(READ_WRITE_ONCE),
      'pod.binariesCache is the claim "tools" of ReadWriteOnce, but poolSize is 2; it must be ReadWriteMany',
    ],
    [
      'a cache that nobody can write',
      {},
      cache(READ_ONLY_MANY),
      'pod.binariesCache is the claim "tools" of ReadOnlyMany, which cannot be written; runs write to the cache',
    ],
    [
      'a workspace for several Workers',
      { poolSize: 2 },
      workspace,
      'pod.workspace is the claim "tools", but poolSize is 2; each run empties the workspace',
    ],
    [
      'one volume for workspace and cache',
      {},
      (chart) => {
        const volume = emptyDir(chart, 'both');
        return { workspace: WorkspaceVolume.fromVolume(volume), binariesCache: BinariesCache.fromVolume(volume) };
      },
      'a volume is named "both"; workspaceVolume and binariesCacheVolume must have different names',
    ],
    [
      'two volumes of one name',
      {},
      (chart) => ({ volumes: [emptyDir(chart, 'a', '1'), emptyDir(chart, 'a', '2')] }),
      'a volume is named "a"; so is another: names of volumes must differ',
    ],
    [
      'a volume with the name of the workspace',
      {},
      (chart) => ({ volumes: [emptyDir(chart, 'workspace')] }),
      'a volume is named "workspace"; volumes must not repeat the name of workspaceVolume',
    ],
    [
      'a volume with the name of the cache',
      {},
      (chart) => ({ volumes: [emptyDir(chart, 'binaries-cache')] }),
      'a volume is named "binaries-cache"; volumes must not repeat the name of binariesCacheVolume',
    ],
    [
      "a volume with a name of the operator's",
      {},
      (chart) => ({ workspace: WorkspaceVolume.fromVolume(emptyDir(chart, 'spacelift-binaries')) }),
      'a volume is named "spacelift-binaries"; the operator has a volume of that name',
    ],
    [
      'a name that no volume can have',
      {},
      (chart) => ({ volumes: [emptyDir(chart, 'a.b')] }),
      'a volume is named "a.b"; it must have lowercase letters',
    ],
    [
      'more volumes than the API takes',
      {},
      (chart) => ({ volumes: Array.from({ length: 257 }, (_, index) => emptyDir(chart, `v${index}`)) }),
      'pod.volumes has 257 items; it has 256 at most',
    ],
    [
      'two containers of one name',
      {},
      () => ({ sidecars: [{ image }], initContainers: [{ image, name: 'main' }] }),
      'a container is named "main"; so is another: names of containers must differ',
    ],
    [
      'a sidecar with the name of a built-in container',
      {},
      () => ({ sidecars: [{ image, name: 'worker' }] }),
      'a container is named "worker"; pod.sidecars must not use the names of the built-in containers: init,',
    ],
    [
      'an init container with a name that the control plane uses',
      {},
      () => ({ initContainers: [{ image, name: 'intent-worker' }] }),
      'a container is named "intent-worker"; pod.initContainers must not use the names',
    ],
    [
      'a name that no container can have',
      {},
      () => ({ sidecars: [{ image, name: 'my_db' }] }),
      'a container is named "my_db"; it must have lowercase letters',
    ],
    [
      'more sidecars than the API takes',
      {},
      () => ({ sidecars: Array.from({ length: 257 }, (_, index) => ({ image, name: `s${index}` })) }),
      'pod.sidecars has 257 items; it has 256 at most',
    ],
    [
      'a mount in the place of the workspace',
      {},
      (chart) => ({
        grpcServerContainer: { volumeMounts: [{ path: '/opt/spacelift/workspace/', volume: emptyDir(chart, 'a') }] },
      }),
      'container "launcher-grpc" mounts a volume at "/opt/spacelift/workspace"; the operator mounts one there itself',
    ],
    [
      'two mounts in one place',
      {},
      (chart) => {
        const volume = emptyDir(chart, 'a');
        const at = (path: string) => ({ path, volume });
        return { workerContainer: { volumeMounts: [at('/a'), at('/a/')] } };
      },
      'container "worker" mounts a volume at "/a"; and another one, too: paths must differ',
    ],
    [
      'a mount in a relative place',
      {},
      (chart) => ({ sidecars: [{ image, volumeMounts: [{ path: 'a', volume: emptyDir(chart, 'a') }] }] }),
      'container "main" mounts a volume at "a"; the path must be absolute and without ":"',
    ],
  ])('is refused: %s', (_, props, pod, sentence) => {
    expect(() => specOf((chart) => ({ ...props, pod: pod(chart) }))).toThrow(`[chart/pool] ${sentence}`);
  });

  it.each<[string, WorkerPoolProps, (chart: Chart) => RunPodProps]>([
    ['a cache of one node with one Worker', { poolSize: 1 }, cache(READ_WRITE_ONCE)],
    ['a cache of many nodes with several Workers', { poolSize: 9 }, cache(READ_WRITE_ONCE, READ_WRITE_MANY)],
    ['a claim for the workspace of the only Worker', {}, workspace],
    [
      'a claim that was made elsewhere, in modes that nobody knows here',
      { poolSize: 2 },
      (chart) => ({
        binariesCache: BinariesCache.persistentVolumeClaim(PersistentVolumeClaim.fromClaimName(chart, 'a', 'a')),
      }),
    ],
    [
      "the name of the operator's workspace, where the pool has one of another name",
      {},
      (chart) => ({
        workspace: WorkspaceVolume.fromVolume(emptyDir(chart, 'mine')),
        volumes: [emptyDir(chart, 'workspace')],
      }),
    ],
    [
      'one volume that several containers mount, and that is named in the list as well',
      {},
      (chart) => {
        const volume = emptyDir(chart, 'a');
        const container = { volumeMounts: [{ path: '/a', volume }] };
        return { volumes: [volume], initContainer: container, workerContainer: container };
      },
    ],
    [
      'as many volumes and sidecars as the API takes',
      {},
      (chart) => ({
        volumes: Array.from({ length: 256 }, (_, index) => emptyDir(chart, `v${index}`)),
        sidecars: Array.from({ length: 256 }, (_, index) => ({ image, name: `s${index}` })),
      }),
    ],
    [
      "the cache's place in the one container that has no cache",
      {},
      (chart) => ({
        grpcServerContainer: {
          volumeMounts: [{ path: '/opt/spacelift/binaries_cache', volume: emptyDir(chart, 'a') }],
        },
      }),
    ],
  ])('is not: %s', (_, props, pod) => {
    expect(() => specOf((chart) => ({ ...props, pod: pod(chart) }))).not.toThrow();
  });

  it('says everything at once', () => {
    const change: Change = (pool, chart) => {
      pool.addSidecar({ image, name: 'init' });
      pool.addVolume(emptyDir(chart, 'workspace'));
    };
    const sentences = ['a volume is named "workspace"', 'a container is named "init"'];
    expect(() => specOf({}, change)).toThrow(
      new RegExp(sentences.map((part) => `\\[chart/pool\\] ${part}`).join('[^]*')),
    );
  });
});
