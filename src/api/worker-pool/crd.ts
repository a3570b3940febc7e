import { POOL_CONDITION } from '../conditions';
import { customResourceDefinition, type CustomResourceDefinition, type Kind } from '../crd';
import { WORKER_POOL } from '../names';
import { POOL_RULES } from './rules';
import { SPEC } from './spec';
import { STATUS } from './status';

/** The kind WorkerPool. */
export const WORKER_POOL_KIND: Kind = {
  ...WORKER_POOL,
  shortNames: ['wp'],
  description: 'A pool of Workers that carry out the runs which a control plane gives to the pool.',
  spec: SPEC,
  status: STATUS,
  rules: POOL_RULES,
  columns: [
    { name: 'Desired pool size', type: 'integer', jsonPath: '.status.desiredPoolSize' },
    { name: 'Actual pool size', type: 'integer', jsonPath: '.status.actualPoolSize' },
    { name: 'Auto registered', type: 'boolean', jsonPath: '.status.autoRegistered' },
    { name: 'Ready', type: 'string', jsonPath: readyCondition('status') },
    { name: 'Reason', type: 'string', jsonPath: readyCondition('reason'), priority: 1 },
    { name: 'Message', type: 'string', jsonPath: readyCondition('message'), priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  scale: {
    specReplicasPath: '.spec.poolSize',
    statusReplicasPath: '.status.actualPoolSize',
    labelSelectorPath: '.status.selector',
  },
};

function readyCondition(part: string): string {
  return `.status.conditions[?(@.type=="${POOL_CONDITION.ready}")].${part}`;
}

/** The CustomResourceDefinition of WorkerPools: complete, and small enough for client-side `kubectl apply`. */
export const workerPoolCrd = (): CustomResourceDefinition => customResourceDefinition(WORKER_POOL_KIND);
