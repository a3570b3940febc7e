import type { AdminService } from '../../admin/admin-service';
import type { Form, Ids } from './form';
import { question, requireRun } from './question';

const run = {
  right: 'run:write',
  of: async (admin: AdminService, ids: Ids) => {
    const { id, stackName } = await requireRun(admin, ids);
    return `run ${id} of ${stackName}`;
  },
  back: ({ id }: Ids) => `/runs/${id}`,
} as const;

const retry: Form = {
  path: '/runs/:id/retry',
  action: 'run.retry',
  right: 'run:write',
  ask: async (admin, ids) => ({
    title: `Retry ${await run.of(admin, ids)}?`,
    sentence: 'Another run of its kind is queued, with the source that its stack has now.',
    fields: [{ name: 'key', label: '', kind: 'hidden', value: admin.newId() }],
    button: 'Retry',
    back: run.back(ids),
    leave: 'Leave it as it is',
  }),
  perform: async (admin, { id = '' }, values) => {
    const made = await admin.retryRun(id, values.text('key'));
    return { goTo: `/runs/${made.id}` };
  },
};

const stop: Form = {
  path: '/runs/:id/stop',
  action: 'run.stop',
  right: 'run:write',
  ask: async (admin, ids) => ({
    title: `Stop ${await run.of(admin, ids)}?`,
    sentence:
      'One that waits ends at once. One that works is asked to stop, and what it was changing may be left half done. Of one that has ended you say that its Pod is gone.',
    fields: [{ name: 'note', label: 'Why', hint: 'It stands in the log of the run. Empty: stopped by a person.' }],
    button: 'Stop',
    isDangerous: true,
    back: run.back(ids),
    leave: 'Leave it as it is',
  }),
  perform: async (admin, { id = '' }, values) => {
    await admin.stop(id, values.optional('note'));
    return { goTo: `/runs/${id}` };
  },
};

export const RUN_FORMS: readonly Form[] = [
  retry,
  stop,
  question({
    ...run,
    path: '/runs/:id/confirm',
    action: 'run.confirm',
    title: (of) => `Confirm ${of}?`,
    sentence: 'Its plan is applied as it is.',
    button: 'Confirm',
    perform: (admin, { id = '' }) => admin.confirm(id),
  }),
  question({
    ...run,
    path: '/runs/:id/discard',
    action: 'run.discard',
    title: (of) => `Discard ${of}?`,
    sentence: 'Its plan is dropped, and nothing changes.',
    button: 'Discard',
    perform: (admin, { id = '' }) => admin.discard(id),
  }),
  question({
    ...run,
    path: '/runs/:id/cancel',
    action: 'run.cancel',
    title: (of) => `Cancel ${of}?`,
    sentence:
      'It ends without having started. Should it start before you press the button, it goes on, and you are told so.',
    button: 'Cancel',
    perform: (admin, { id = '' }) => admin.cancel(id),
  }),
  question({
    ...run,
    path: '/runs/:id/prioritize',
    action: 'run.prioritize',
    title: (of) => `Prioritize ${of}?`,
    sentence: 'It goes before others of its pool whenever it waits for a worker; not before earlier ones of its stack.',
    button: 'Prioritize',
    perform: (admin, { id = '' }) => admin.prioritize(id, true),
  }),
  question({
    ...run,
    path: '/runs/:id/deprioritize',
    action: 'run.prioritize',
    title: (of) => `Let ${of} wait its turn?`,
    sentence: 'It is prioritized no longer.',
    button: 'Let it wait',
    perform: (admin, { id = '' }) => admin.prioritize(id, false),
  }),
];
