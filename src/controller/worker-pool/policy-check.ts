import { REASON, type KeyToPath, type VolumeMount } from '../../api';
import { CONTAINER, INIT_VARIABLE } from '../../api/names';
import type { RunPod } from '../run';
import type { KubeObject } from '../runtime';
import type { Problem } from './snapshot';

/** As much of a ConfigMap as is looked at. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Where a pool has its initialization policy from. */
export interface PolicySource {
  readonly configMap: string;
  /** Undefined where no key of it becomes the file. */
  readonly key: string | undefined;
  readonly file: string;
}

/** Undefined where there is no policy, or where it lies is not to be known: in an image, or a volume of another kind. */
export function policySourceOf({ spec }: RunPod): PolicySource | undefined {
  const init = spec.initContainers.find(({ name }) => name === CONTAINER.init);
  const file = init?.env?.findLast(({ name }) => name === INIT_VARIABLE.initializationPolicy)?.value;
  // What refers to other variables is known to the kubelet alone.
  if (!file || file.includes('$(')) return undefined;
  const mount = mountOf(file, init?.volumeMounts ?? []);
  const volume = spec.volumes?.find(({ name }) => name === mount?.name)?.configMap;
  if (!mount || mount.subPathExpr || !volume?.name) return undefined;
  return { configMap: volume.name, key: keyOf(pathIn(mount, file), volume.items ?? []), file };
}

/** The deepest one that the file lies in, or that is the file. */
function mountOf(file: string, mounts: readonly VolumeMount[]): VolumeMount | undefined {
  const holds = ({ mountPath }: VolumeMount): boolean =>
    file === mountPath || file.startsWith(`${mountPath.replace(/\/$/, '')}/`);
  return mounts.filter(holds).sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
}

/** Path of the file in the volume. */
function pathIn({ mountPath, subPath }: VolumeMount, file: string): string {
  return [subPath, file.slice(mountPath.length)].join('/').split('/').filter(Boolean).join('/');
}

/** The key that becomes the file: one by itself makes no folder. */
function keyOf(path: string, items: readonly KeyToPath[]): string | undefined {
  if (items.length > 0) return items.find((item) => item.path === path)?.key;
  return path.includes('/') ? undefined : path;
}

/** What keeps `init` from reading the policy. @param found the ConfigMap; undefined when there is none */
export function policyProblem(
  { configMap, key, file }: PolicySource,
  namespace: string,
  found: ConfigMap | undefined,
): Problem | undefined {
  const subject = `ConfigMap "${configMap}" in namespace "${namespace}"`;
  const sentence = (what: string): Problem => ({
    reason: REASON.policyNotFound,
    message: `The initialization policy ${file} is not there: ${what}. No run can begin; it is checked again by itself.`,
  });
  if (key === undefined) return sentence(`no key of ${subject} becomes that file`);
  if (!found) return sentence(`there is no ${subject}; create it with the key "${key}"`);
  if (found.data?.[key] === undefined && found.binaryData?.[key] === undefined) {
    const keys = Object.keys(found.data ?? {}).sort();
    const present = keys.length > 0 ? `it has ${keys.map((each) => `"${each}"`).join(', ')}` : 'it is empty';
    return sentence(`${subject} has no key "${key}"; ${present}`);
  }
  return undefined;
}
