import { field, flag, int32, int64, kubernetes, list, text, type ObjectType } from '../field';
import { UNUSED_SELECTOR_LABEL } from '../names';

/** Conditions merge by type, as everywhere in Kubernetes. */
export const CONDITION_LIST = {
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
} as const;

/** `status` of a WorkerPool. */
export const STATUS: ObjectType = {
  kind: 'object',
  name: 'WorkerPoolStatus',
  description: 'What a WorkerPool is, as the operator last saw it.',
  fields: {
    actualPoolSize: field(int32(), {
      description: 'Workers that exist.',
      whenUnset: 'the pool could not be registered yet; the condition Registered says why',
    }),
    desiredPoolSize: field(int32(), { description: 'Workers that are wanted, after `spec.poolSize` and its default.' }),
    autoRegistered: field(flag(), { description: 'Whether the pool registered itself.' }),
    selector: field(text(), {
      description:
        `Label selector that autoscalers demand of a scalable object, \`${UNUSED_SELECTOR_LABEL}=<ULID>\`. It matches ` +
        'no Pod, because idle Workers have none.',
    }),
    observedGeneration: field(int64(), { description: 'Generation of the spec that this status speaks of.' }),
    conditions: field(list(kubernetes('Condition'), CONDITION_LIST), {
      description:
        'Ready sums up. Registered: token and key could be read and the control plane accepted them. PodTemplateValid: ' +
        'the API server would take a Pod made of `spec.pod`.',
    }),
  },
};
