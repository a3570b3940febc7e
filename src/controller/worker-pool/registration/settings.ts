import { createHash } from 'node:crypto';
import { GROUP, type WorkerPool } from '../../../api';

/** What a control plane is to have of a pool that registers itself. */
export interface PoolSettings {
  readonly name: string;
  readonly description: string | null;
  /** Sorted. */
  readonly labels: readonly string[];
  /** Null leaves it to the control plane. */
  readonly space: string | null;
  /** -1: no limit. */
  readonly driftDetectionRunLimit: number;
}

/** A pool as its control plane has it. */
export interface KnownPool {
  readonly id: string;
  readonly name: string;
  readonly config?: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly space: string;
  readonly driftDetectionRunLimit: number | null;
  readonly managedByK8sController: boolean;
  /** Namespace and name of the WorkerPool, where the API tells. */
  readonly managedBy?: string | null;
}

const NO_LIMIT = -1;

export function settingsOf({ metadata, spec = {} }: WorkerPool): PoolSettings {
  const { description, space, driftDetectionRunLimits: drift } = spec;
  return {
    name: metadata.name,
    description: description || null,
    labels: labelsOf(metadata.labels ?? {}),
    space: space || null,
    driftDetectionRunLimit: drift?.disabled ? 0 : (drift?.maxRuns ?? NO_LIMIT),
  };
}

/** `key:value`, as labels are written there; the operator's own say nothing to people. */
function labelsOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .filter(([key]) => !key.startsWith(`${GROUP}/`))
    .map(([key, value]) => (value === '' ? key : `${key}:${value}`))
    .sort();
}

/** Changes whenever the control plane is to have other settings. */
export function hashOf(settings: PoolSettings): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64');
}

/** What the pool is to be told; undefined when it has everything. The space stays where none is wanted. */
export function changeOf(actual: KnownPool, wanted: PoolSettings): PoolSettings | undefined {
  const settings = { ...wanted, space: wanted.space ?? actual.space };
  const present: PoolSettings = {
    name: actual.name,
    description: actual.description || null,
    labels: [...actual.labels].sort(),
    space: actual.space,
    driftDetectionRunLimit: actual.driftDetectionRunLimit ?? NO_LIMIT,
  };
  return hashOf(present) === hashOf(settings) ? undefined : settings;
}
