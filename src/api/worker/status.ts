import { field, flag, kubernetes, list, text, type ObjectType } from '../field';
import { CONDITION_LIST } from '../worker-pool/status';

/** `spec` of a Worker: a Worker is a slot, and everything about it is its pool's. */
export const SPEC: ObjectType = {
  kind: 'object',
  name: 'WorkerSpec',
  description: 'A Worker has no settings of its own; they are those of its pool.',
  fields: {},
};

/** `status` of a Worker. */
export const STATUS: ObjectType = {
  kind: 'object',
  name: 'WorkerStatus',
  description: 'What a Worker does, as the operator last saw it.',
  fields: {
    currentRunID: field(text(), { description: 'ULID of the run that the Worker has.', whenUnset: 'it is idle' }),
    registered: field(flag(), { description: 'Whether the control plane may give runs to the Worker.' }),
    state: field(text(), {
      description: 'State of the Worker in the words of the control plane, such as IDLE or BUSY.',
    }),
    conditions: field(list(kubernetes('Condition'), CONDITION_LIST), {
      description:
        'Registered: the control plane knows the Worker. Waiting: True, with the reason, while the Worker waits for something else than a run (its own end, a lost node, a stop). RunPodStarted: False, with the reason, while a run waits for ' +
        'its Pod to start.',
    }),
  },
};
