import { RequestError } from '../errors';
import type { PoolSample } from '../store/pool-samples';
import { builder, seconds } from './builder';
import { WorkerPool } from './worker-pools';

const HOUR_MS = 60 * 60_000;
const MOST_HOURS = 14 * 24;

const Sample = builder.objectRef<PoolSample>('WorkerPoolSample').implement({
  description:
    'The figures of a pool from a time on, until the next sample. Samples older than a day stand for ten minutes, with the most of each figure.',
  fields: (t) => ({
    at: t.int({ resolve: ({ at }) => seconds(at) }),
    span: t.int({ description: 'For how many seconds it stands.', resolve: ({ spanMs }) => seconds(spanMs) }),
    pendingRuns: t.exposeInt('queued'),
    busyWorkers: t.exposeInt('busy'),
    idleWorkers: t.exposeInt('idle'),
    drainedWorkers: t.exposeInt('drained', { description: 'Those that are busy are not among them.' }),
  }),
});

builder.objectFields(WorkerPool, (t) => ({
  history: t.field({
    type: [Sample],
    description:
      'Oldest first. A sample each minute in which something has changed, and one each ten minutes otherwise.',
    args: { hours: t.arg.int({ defaultValue: 24 }) },
    resolve: ({ id }, { hours }, { admin }) => {
      const asked = hours ?? 24;
      if (asked < 1 || asked > MOST_HOURS) {
        throw new RequestError('malformed', `hours must be from 1 to ${MOST_HOURS}`);
      }
      return admin.samples(id, Date.now() - asked * HOUR_MS);
    },
  }),
}));
