import { DEFAULTS, type Volume, type WorkerPool } from '../../api';
import type { KubeObject } from '../../controller/runtime';
import { sampleRunPod } from '../../controller/worker-pool/template-check';
import type { Found } from '../finding';
import { CLAIMS, STORAGE_CLASSES } from '../kinds';
import { poolName } from '../scene';
import { subject } from '../subject';
import type { Seen } from '../view';

/** As much of a StorageClass as is looked at. */
export interface StorageClass extends KubeObject {
  readonly provisioner?: string;
}

/** As much of a claim as is looked at. */
export interface Claim extends KubeObject {
  readonly spec?: { readonly accessModes?: readonly string[] };
  readonly status?: { readonly phase?: string };
}

interface StorageFact {
  readonly pool: WorkerPool;
  readonly volumes: readonly Volume[];
  /** By their names; those that are not there are told of by the Pods. */
  readonly claims: Readonly<Record<string, Claim>>;
}

export interface StorageFacts {
  readonly classes: Seen<readonly StorageClass[]>;
  readonly pools: readonly StorageFact[];
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

const kinds = {
  'class-missing': {
    level: 'FAILED',
    meaning: 'An ephemeral volume of the run Pods names a StorageClass that is not there: Pods stay Pending.',
    mend: 'Create the StorageClass, or name one that is there: kubectl get storageclasses.',
  },
  'class-no-default': {
    level: 'FAILED',
    meaning:
      'An ephemeral volume of the run Pods names no StorageClass, and the cluster has no default one: Pods stay Pending.',
    mend: 'Name a storageClassName in the claim template, or make a StorageClass the default one.',
  },
  'class-several-defaults': {
    level: 'WARNING',
    meaning:
      'An ephemeral volume of the run Pods names no StorageClass, and the cluster has several default ones: the newest is taken.',
    mend: 'Name a storageClassName in the claim template, or leave one default StorageClass.',
  },
  'claim-shared': {
    level: 'WARNING',
    meaning:
      'Several Workers share a claim that one node, or one Pod, can mount at a time: the other runs wait for it.',
    mend: 'Use a claim with ReadWriteMany, or an ephemeral volume, which each run has to itself.',
  },
  'claim-unbound': {
    level: 'WARNING',
    meaning: 'A claim of the run Pods has lost its volume, or is still waiting for one.',
    mend: 'See why: kubectl describe persistentvolumeclaim. One that waits for its first Pod (WaitForFirstConsumer) needs nothing.',
  },
} as const;

type Code = keyof typeof kinds;

export function storageFindings({ classes, pools }: StorageFacts): Found<Code>[] {
  return pools.flatMap(({ pool, volumes, claims }) =>
    volumes.flatMap((volume) => [
      ...(classes === 'unseen' ? [] : ephemeralFindings(pool, volume, classes)),
      ...claimFindings(pool, volume, claims),
    ]),
  );
}

function ephemeralFindings(
  pool: WorkerPool,
  { name, ephemeral }: Volume,
  classes: readonly StorageClass[],
): Found<Code>[] {
  const claim = ephemeral?.volumeClaimTemplate?.spec;
  // An empty name asks for a volume that somebody made beforehand.
  if (!claim || claim.storageClassName === '') return [];
  const object = poolName(pool);
  const known = classes.map(({ metadata }) => metadata.name);
  if (claim.storageClassName !== undefined) {
    if (known.includes(claim.storageClassName)) return [];
    const others = known.length > 0 ? `there are ${known.join(', ')}` : 'there is none at all';
    const message = `volume "${name}" wants StorageClass "${claim.storageClassName}", which is not there; ${others}`;
    return [{ code: 'class-missing', object, message }];
  }
  const usual = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  const message = `volume "${name}" names no StorageClass`;
  if (usual.length === 1) return [];
  if (usual.length === 0) return [{ code: 'class-no-default', object, message: `${message}, and none is the default` }];
  const names = usual.map(({ metadata }) => metadata.name).join(', ');
  return [{ code: 'class-several-defaults', object, message: `${message}, and these are default ones: ${names}` }];
}

function claimFindings(
  pool: WorkerPool,
  { name, persistentVolumeClaim }: Volume,
  claims: StorageFact['claims'],
): Found<Code>[] {
  const claim = claims[persistentVolumeClaim?.claimName ?? ''];
  if (!claim) return [];
  const object = poolName(pool);
  const what = `claim "${claim.metadata.name}" of volume "${name}"`;
  const found: Found<Code>[] = [];
  const modes = claim.spec?.accessModes ?? [];
  const size = pool.spec?.poolSize ?? DEFAULTS.poolSize;
  const isNarrow = !modes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');
  if (isNarrow && size > 1) {
    const message = `${what} is ${modes.join(', ')}, and ${size} Workers share it`;
    found.push({ code: 'claim-shared', object, message });
  }
  const phase = claim.status?.phase ?? 'Pending';
  if (phase !== 'Bound') found.push({ code: 'claim-unbound', object, message: `${what} is ${phase}` });
  return found;
}

export const storage = subject<StorageFacts, Code>({
  name: 'storage',
  looksAt: 'The StorageClasses of ephemeral volumes, and the access modes and state of claims that run Pods share.',
  kinds,
  gather: async ({ view, scene }) => {
    const volumesOf = (pool: WorkerPool): readonly Volume[] => sampleRunPod(pool).pod.spec.volumes ?? [];
    const isEphemeral = scene.pools.some((pool) => volumesOf(pool).some(({ ephemeral }) => ephemeral));
    const factOf = async (pool: WorkerPool): Promise<StorageFact> => {
      const volumes = volumesOf(pool);
      const names = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
      const found = await Promise.all(names.map((name) => view.get<Claim>(CLAIMS, pool.metadata.namespace, name)));
      const claims = Object.fromEntries(
        names.flatMap((name, index) => {
          const claim = found[index];
          return claim && claim !== 'unseen' ? [[name, claim]] : [];
        }),
      );
      return { pool, volumes, claims };
    };
    return {
      classes: isEphemeral ? await view.list<StorageClass>(STORAGE_CLASSES, undefined) : [],
      pools: await Promise.all(scene.pools.map(factOf)),
    };
  },
  findings: storageFindings,
});
