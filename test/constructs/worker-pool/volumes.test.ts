import { describe, expect, it } from '@jest/globals';
import { Size } from 'cdk8s';
import {
  EmptyDirMedium,
  PersistentVolumeAccessMode,
  PersistentVolumeClaim,
  Volume,
  type IPersistentVolumeClaim,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { BinariesCache, WorkerPool, WorkspaceVolume, type RunPodProps } from '../../../src';
import { only, synthesized, type Manifest } from '../support';
import { podOf } from './support';

const claim = (scope: Construct): IPersistentVolumeClaim =>
  PersistentVolumeClaim.fromClaimName(scope, 'claim', 'tools');
const scratch = (scope: Construct): Volume => Volume.fromEmptyDir(scope, 'scratch', 'scratch');
const BELONGS_TO_GROUP = { securityContext: { fsGroup: 1983 } };

describe('the workspace', () => {
  it.each<[string, (scope: Construct) => WorkspaceVolume, object]>([
    [
      'a disk of its own for each run, which group 1983 may write',
      () => WorkspaceVolume.ephemeral({ storageClass: 'gp2', size: Size.gibibytes(20) }),
      {
        workspaceVolume: {
          name: 'workspace',
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ['ReadWriteOnce'],
                storageClassName: 'gp2',
                resources: { requests: { storage: '20480Mi' } },
              },
            },
          },
        },
        ...BELONGS_TO_GROUP,
      },
    ],
    [
      'a disk of the default StorageClass, for its one Pod only',
      () =>
        WorkspaceVolume.ephemeral({
          size: Size.mebibytes(1),
          accessModes: [PersistentVolumeAccessMode.READ_WRITE_ONCE_POD],
        }),
      {
        workspaceVolume: {
          name: 'workspace',
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1Mi' } } },
            },
          },
        },
        ...BELONGS_TO_GROUP,
      },
    ],
    ['a folder', () => WorkspaceVolume.emptyDir(), { workspaceVolume: { name: 'workspace', emptyDir: {} } }],
    [
      "a folder in the node's memory",
      () => WorkspaceVolume.emptyDir({ medium: EmptyDirMedium.MEMORY, sizeLimit: Size.gibibytes(1) }),
      { workspaceVolume: { name: 'workspace', emptyDir: { medium: 'Memory', sizeLimit: '1024Mi' } } },
    ],
    [
      'a claim',
      (scope) => WorkspaceVolume.persistentVolumeClaim(claim(scope)),
      {
        workspaceVolume: { name: 'workspace', persistentVolumeClaim: { claimName: 'tools', readOnly: false } },
        ...BELONGS_TO_GROUP,
      },
    ],
    [
      'any other volume, by its own name',
      (scope) => WorkspaceVolume.fromVolume(scratch(scope)),
      { workspaceVolume: { name: 'scratch', emptyDir: {} } },
    ],
  ])('is %s', (_, workspace, pod) => {
    expect(podOf((chart) => ({ pod: { workspace: workspace(chart) } }))).toEqual(pod);
  });

  it('may serve several pools', () => {
    const workspace = WorkspaceVolume.ephemeral({ size: Size.gibibytes(1) });
    const objects = synthesized((chart) => {
      new WorkerPool(chart, 'one', { pod: { workspace } });
      new WorkerPool(chart, 'two', { pod: { workspace } });
    });
    expect(objects.map(({ spec }) => spec.pod)).toEqual([objects[0]?.spec.pod, objects[0]?.spec.pod]);
  });

  it('is a disk also in a sidecar that mounts it', () => {
    const workspace = WorkspaceVolume.ephemeral({ size: Size.gibibytes(1) });
    const pod = podOf({ pod: { workspace } }, (pool) => pool.addSidecar({ image: 'a' }).mount('/work', pool.workspace));
    expect(pod?.workspaceVolume).toHaveProperty('ephemeral');
    expect(pod?.volumes).toBeUndefined();
  });
});

describe('the binaries cache', () => {
  it.each<[string, (scope: Construct) => BinariesCache, object]>([
    ['a folder', () => BinariesCache.emptyDir(), { binariesCacheVolume: { name: 'binaries-cache', emptyDir: {} } }],
    [
      'a claim, which group 1983 may write',
      (scope) => BinariesCache.persistentVolumeClaim(claim(scope)),
      {
        binariesCacheVolume: { name: 'binaries-cache', persistentVolumeClaim: { claimName: 'tools', readOnly: false } },
        ...BELONGS_TO_GROUP,
      },
    ],
    [
      'any other volume, by its own name',
      (scope) => BinariesCache.fromVolume(scratch(scope)),
      { binariesCacheVolume: { name: 'scratch', emptyDir: {} } },
    ],
  ])('is %s', (_, binariesCache, pod) => {
    expect(podOf((chart) => ({ pod: { binariesCache: binariesCache(chart) } }))).toEqual(pod);
  });

  it.each<[string, RunPodProps['securityContext'], object]>([
    ['the group that the pool sets', { fsGroup: 5 }, { fsGroup: 5 }],
    ['group 1983 beside what else the pool sets', { user: 5 }, { fsGroup: 1983, runAsUser: 5 }],
  ])('belongs to %s', (_, securityContext, expected) => {
    const pod = podOf((chart) => ({
      pod: { binariesCache: BinariesCache.persistentVolumeClaim(claim(chart)), securityContext },
    }));
    expect(pod?.securityContext).toEqual(expected);
  });
});

describe('a binaries cache on EFS', () => {
  const objects = (options: object = {}): Manifest[] =>
    synthesized((chart) => {
      const binariesCache = BinariesCache.efs(chart, 'cache', { fileSystemId: 'fs-0123', ...options });
      new WorkerPool(chart, 'pool', { poolSize: 3, pod: { binariesCache } });
    });

  it('has a StorageClass, a volume and a claim that refer to one another', () => {
    const made = objects();
    const storageClass = only(made, 'StorageClass');
    const volume = only(made, 'PersistentVolume');
    const request = only(made, 'PersistentVolumeClaim');
    expect(storageClass).toMatchObject({ apiVersion: 'storage.k8s.io/v1', provisioner: 'efs.csi.aws.com' });
    expect(volume.spec).toEqual({
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
      csi: { driver: 'efs.csi.aws.com', volumeHandle: 'fs-0123' },
    });
    expect(request.spec).toEqual({
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '5Gi' } },
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
      volumeName: volume.metadata.name,
    });
    expect(only(made, 'WorkerPool').spec.pod).toMatchObject({
      binariesCacheVolume: { persistentVolumeClaim: { claimName: request.metadata.name } },
    });
  });

  it("puts the claim into the chart's namespace, and the cluster's objects into none", () => {
    const namespaces = objects().map(({ kind, metadata }) => [kind, metadata.namespace]);
    expect(Object.fromEntries(namespaces)).toMatchObject({
      StorageClass: undefined,
      PersistentVolume: undefined,
      PersistentVolumeClaim: 'tools',
    });
  });

  it('needs no namespace', () => {
    const made = synthesized((chart) => void BinariesCache.efs(chart, 'cache', { fileSystemId: 'fs-0123' }), '');
    expect(made.map(({ metadata }) => metadata.namespace)).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, object, string]>([
    ['a folder', { path: '/tools' }, 'fs-0123:/tools'],
    ['an access point', { accessPointId: 'fsap-4' }, 'fs-0123::fsap-4'],
    ['a folder of an access point', { path: '/tools', accessPointId: 'fsap-4' }, 'fs-0123:/tools:fsap-4'],
  ])('names %s as the driver reads it', (_, options, volumeHandle) => {
    expect(only(objects(options), 'PersistentVolume').spec).toMatchObject({ csi: { volumeHandle } });
  });

  it('takes name and size from the options', () => {
    const made = objects({ storageClassName: 'efs-sc', size: Size.gibibytes(50) });
    expect(only(made, 'StorageClass').metadata.name).toBe('efs-sc');
    expect(only(made, 'PersistentVolumeClaim').spec).toMatchObject({
      storageClassName: 'efs-sc',
      resources: { requests: { storage: '50Gi' } },
    });
  });

  it.each<[string, object, string]>([
    ['no file system', { fileSystemId: '' }, 'chart/cache: fileSystemId is ""; it must be set and be without ":"'],
    ['a handle for an ID', { fileSystemId: 'fs-1:/a' }, 'chart/cache: fileSystemId is "fs-1:/a"'],
    ['a relative folder', { path: 'tools' }, 'chart/cache: path is "tools"; it must begin with "/"'],
  ])('refuses %s', (_, options, sentence) => {
    expect(() => objects(options)).toThrow(sentence);
  });
});
