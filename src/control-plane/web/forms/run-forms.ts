import type { AdminService } from '../../admin/admin-service';
import { malformed } from '../../errors';
import { RUN_TYPES } from '../../queue/run-types';
import type { RunType } from '../../store/records';
import type { Form, Ids } from './form';
import { question, requireRun, requireStack } from './question';

const run = {
  right: 'run:write',
  of: async (admin: AdminService, ids: Ids) => {
    const { id, stackName } = await requireRun(admin, ids);
    return `run ${id} of ${stackName}`;
  },
  back: ({ id }: Ids) => `/runs/${id}`,
} as const;

function typeOf(text: string): RunType {
  if (Object.hasOwn(RUN_TYPES, text)) return text as RunType;
  throw malformed('type', `there is no kind ${JSON.stringify(text.slice(0, 100))} of runs`);
}

/** Nothing, where nothing was said. */
const optional = <N extends string, T>(name: N, value: T | undefined): { readonly [name in N]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [name in N]: T });

const trigger: Form = {
  path: '/stacks/:id/trigger',
  action: 'run.trigger',
  right: 'run:write',
  ask: async (admin, ids) => {
    const { id, name, autoDeploy } = await requireStack(admin, ids);
    return {
      title: `Trigger a run of ${name}`,
      fields: [
        { name: 'key', label: '', kind: 'hidden', value: admin.newId() },
        {
          name: 'type',
          label: 'Kind',
          kind: 'choice',
          options: Object.entries(RUN_TYPES).map(([type, { kind }]) => [type, kind] as const),
        },
        { name: 'command', label: 'Command of a task', hint: 'Only a task has one.' },
        {
          name: 'autoDeploy',
          label: 'Applies',
          kind: 'choice',
          options: [
            ['', `as the stack has it: ${autoDeploy ? 'by itself' : 'when confirmed'}; one that destroys asks`],
            ['yes', 'by itself'],
            ['no', 'when confirmed'],
          ],
        },
        {
          name: 'commitSha',
          label: 'Commit',
          hint: 'The hash of the commit that the source is of, where that is to be known.',
        },
      ],
      button: 'Trigger',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const made = await admin.createRun({
      stack: id,
      type: typeOf(values.text('type')),
      ...optional('command', values.optional('command')),
      ...optional('commitSha', values.optional('commitSha')),
      ...optional('autoDeploy', { yes: true, no: false }[values.text('autoDeploy')]),
      idempotencyKey: values.text('key'),
    });
    return { goTo: `/runs/${made.id}` };
  },
};

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

export const RUN_FORMS: readonly Form[] = [
  trigger,
  retry,
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
    path: '/runs/:id/stop',
    action: 'run.stop',
    title: (of) => `Stop ${of}?`,
    sentence:
      'One that waits ends at once. One that works is asked to stop, and what it was changing may be left half done. Of one that has ended you say that its Pod is gone.',
    button: 'Stop',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.stop(id),
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
