import type { AdminService } from '../../admin/admin-service';
import { RequestError } from '../../errors';
import type { Form, Ids } from './form';
import { question, requirePool } from './question';

async function workerOf(admin: AdminService, ids: Ids): Promise<string> {
  const { worker = '' } = ids;
  const pool = await requirePool(admin, ids);
  const name = await admin.workerName(pool.id, worker);
  if (name === null)
    throw new RequestError('not-found', `there is no worker ${worker} in pool ${pool.name}; it may be gone`);
  return `worker ${name} of pool ${pool.name}`;
}

const worker = { right: 'worker:write', of: workerOf, back: ({ id }: Ids) => `/pools/${id}` } as const;

export const WORKER_FORMS: readonly Form[] = [
  question({
    ...worker,
    path: '/pools/:id/workers/:worker/drain',
    action: 'worker.drain',
    title: (of) => `Drain ${of}?`,
    sentence: 'It gets no further run until it is undrained. A run that it works on goes on.',
    button: 'Drain',
    perform: (admin, { id = '', worker = '' }) => admin.setDrained(id, worker, true),
  }),
  question({
    ...worker,
    path: '/pools/:id/workers/:worker/undrain',
    action: 'worker.drain',
    title: (of) => `Undrain ${of}?`,
    sentence: 'It gets runs again.',
    button: 'Undrain',
    perform: (admin, { id = '', worker = '' }) => admin.setDrained(id, worker, false),
  }),
  question({
    right: 'worker:write',
    of: async (admin, ids) => `pool ${(await requirePool(admin, ids)).name}`,
    back: worker.back,
    path: '/pools/:id/cycle',
    action: 'worker-pool.cycle',
    title: (of) => `Cycle ${of}?`,
    sentence:
      'Every worker is replaced: idle ones go at once, busy ones after their run. Whoever is drained goes, too. It cannot be taken back.',
    button: 'Cycle',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.cyclePool(id),
  }),
];
