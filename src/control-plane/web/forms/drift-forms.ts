import type { AdminService } from '../../admin/admin-service';
import { driftVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import type { Form, Ids } from './form';
import { question, requireStack } from './question';

const schedule: Form = {
  path: '/stacks/:id/drift',
  action: 'stack.set-drift-detection',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { id, name } = await requireStack(admin, ids);
    const before = (await admin.drift.ofStacks([id])).get(id);
    return {
      title: `Drift detection of stack ${name}`,
      sentence: 'At these times a proposed run looks for what was changed outside of the stack.',
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: driftVersion(before), isFresh: true },
        {
          name: 'schedule',
          label: 'Schedule, cron expressions, one a line',
          kind: 'lines',
          value: before?.schedule.join('\n') ?? '',
          hint: 'Minute, hour, day of the month, month, day of the week: 0 6 * * 1-5 is at six from Monday to Friday.',
          isRequired: true,
        },
        {
          name: 'timezone',
          label: 'Time zone',
          value: before?.timezone ?? 'UTC',
          hint: 'UTC, or a name such as Europe/Berlin.',
          suggestions: ['UTC', ...Intl.supportedValuesOf('timeZone')],
        },
        {
          name: 'reconcile',
          label: 'Reconcile: a tracked run follows where drift was found',
          kind: 'check',
          value: before?.reconcile ? 'yes' : '',
        },
        {
          name: 'ignoreState',
          label: 'Look for it though the newest run had no success, or the source was not applied yet',
          kind: 'check',
          value: before?.ignoreState ? 'yes' : '',
        },
      ],
      button: 'Save',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const settings = {
      schedule: values.lines('schedule'),
      timezone: values.line('timezone'),
      reconcile: values.isChecked('reconcile'),
      ignoreState: values.isChecked('ignoreState'),
      seen: values.text('seen'),
    };
    await admin.drift.set(id, settings, 'either');
    return { goTo: `/stacks/${id}` };
  },
};

const nameOf = async (admin: AdminService, ids: Ids) => `stack ${(await requireStack(admin, ids)).name}`;

async function scheduledName(admin: AdminService, ids: Ids): Promise<string> {
  const { id, name } = await requireStack(admin, ids);
  if (!(await admin.drift.ofStacks([id])).has(id))
    throw new RequestError('not-found', `stack ${name} has no drift detection; somebody may have removed it`);
  return `stack ${name}`;
}

const look: Form = {
  path: '/stacks/:id/drift/run',
  action: 'run.trigger',
  right: 'run:write',
  ask: async (admin, ids) => ({
    title: `Look for drift of ${await nameOf(admin, ids)} now?`,
    sentence: 'A proposed run looks for what was changed outside of the stack, and changes nothing.',
    button: 'Look for drift',
    back: `/stacks/${ids.id ?? ''}`,
    leave: 'Leave it as it is',
  }),
  perform: async (admin, { id = '' }) => ({ goTo: `/runs/${(await admin.drift.trigger(id)).id}` }),
};

export const DRIFT_FORMS: readonly Form[] = [
  schedule,
  look,
  question({
    path: '/stacks/:id/drift/delete',
    action: 'stack.delete-drift-detection',
    right: 'stack:write',
    of: scheduledName,
    title: (of) => `Look for drift of ${of} no more?`,
    sentence: 'Its schedule is deleted. What was found stays to be seen.',
    button: 'Delete the schedule',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.drift.delete(id),
    back: ({ id }) => `/stacks/${id}`,
  }),
];
