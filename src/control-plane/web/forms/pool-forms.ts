import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import { poolVersion } from '../../admin/versions';
import type { Pool } from '../../admin/pool-admin';
import type { Html } from '../html';
import { count } from '../words';
import type { Field } from './field';
import type { Form, Ids } from './form';
import { question, requirePool } from './question';
import { signingRequestField, signingRequestOf } from './signing-request';
import type { Values } from './values';

/** What people say of a pool. */
function settingsFields(pool?: Pool): Field[] {
  return [
    { name: 'name', label: 'Name', value: pool?.name ?? '', isRequired: true },
    { name: 'description', label: 'Description', kind: 'lines', value: pool?.description ?? '' },
    { name: 'labels', label: 'Labels, one a line', kind: 'lines', value: pool?.labels.join('\n') ?? '' },
    { name: 'space', label: 'Space', value: pool?.space ?? 'legacy', hint: 'Letters, digits, dash and underscore.' },
    {
      name: 'driftDetectionRunLimit',
      label: 'Most drift detection runs at once',
      kind: 'number',
      value: pool && (pool.driftDetectionRunLimit ?? -1) >= 0 ? String(pool.driftDetectionRunLimit) : '',
      hint: 'Empty: as many as there are workers.',
    },
  ];
}

function settingsOf(values: Values) {
  return {
    name: values.line('name'),
    description: values.optional('description') ?? null,
    labels: values.lines('labels'),
    ...(values.optional('space') === undefined ? {} : { space: values.line('space') }),
    driftDetectionRunLimit: values.count('driftDetectionRunLimit', 'the limit') ?? null,
  };
}

const create: Form = {
  path: '/pools/new',
  action: 'worker-pool.create',
  right: 'pool:write',
  ask: (admin) =>
    Promise.resolve({
      title: 'New pool',
      fields: [
        { name: 'id', label: '', kind: 'hidden', value: admin.newId() },
        ...settingsFields(),
        signingRequestField(),
      ],
      button: 'Create the pool',
      back: '/',
    }),
  perform: async (admin, _, values) => {
    const { id } = await admin.createPool({
      ...settingsOf(values),
      id: values.line('id'),
      certificateSigningRequest: signingRequestOf(values),
    });
    return { goTo: `/pools/${id}/token` };
  },
};

const change: Form = {
  path: '/pools/:id/settings',
  action: 'worker-pool.update',
  right: 'pool:write',
  ask: async (admin, ids) => {
    const pool = await requirePool(admin, ids);
    return {
      title: `Settings of pool ${pool.name}`,
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: poolVersion(pool), isFresh: true },
        ...settingsFields(pool),
      ],
      button: 'Save',
      back: `/pools/${pool.id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.updatePool(id, { ...settingsOf(values), seen: values.text('seen') });
    return { goTo: `/pools/${id}` };
  },
};

const reset: Form = {
  path: '/pools/:id/reset',
  action: 'worker-pool.reset',
  right: 'pool:reset',
  ask: async (admin, ids) => {
    const pool = await requirePool(admin, ids);
    return {
      title: `Reset pool ${pool.name}?`,
      sentence:
        'Its token and certificate are refused from now on, so that its controllers cannot speak for it until they have the new token. Runs that have started finish and report.',
      fields: [signingRequestField()],
      button: 'Reset',
      isDangerous: true,
      back: `/pools/${pool.id}`,
      leave: 'Leave it as it is',
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.resetPool(id, signingRequestOf(values));
    return { goTo: `/pools/${id}/token` };
  },
};

const remove = question({
  path: '/pools/:id/delete',
  action: 'worker-pool.delete',
  right: 'pool:write',
  of: async (admin, ids) => `pool ${(await requirePool(admin, ids)).name}`,
  title: (of) => `Delete ${of}?`,
  sentence: whatGoes,
  button: 'Delete',
  isDangerous: true,
  perform: (admin, { id = '' }) => admin.deletePool(id),
  back: ({ id }) => `/pools/${id}`,
  then: () => '/',
});

async function whatGoes(admin: AdminService, ids: Ids): Promise<Html> {
  const { id } = await requirePool(admin, ids);
  const workers = (await admin.countWorkers([id])).get(id)?.registered ?? 0;
  const stacks = (await admin.countStacks([id])).get(id) ?? 0;
  return html`Its token and certificate are refused from now on, and it cannot be taken back.
  ${workers > 0 ? `${count(workers, 'worker')} of it will be gone. ` : ''}${
    stacks > 0
      ? html`<a href="/pools/${id}/stacks">${count(stacks, 'stack')}</a> can run nothing until attached to another pool.`
      : ''
  }`;
}

const unlock = question({
  path: '/pools/:id/unlock',
  action: 'worker-pool.unlock',
  right: 'pool:unlock',
  of: async (admin, ids) => `pool ${(await requirePool(admin, ids)).name}`,
  title: (of) => `Unlock ${of}?`,
  sentence: 'People may change it from now on. It stays so, whatever becomes of the WorkerPool that has made it.',
  button: 'Unlock',
  isDangerous: true,
  perform: (admin, { id = '' }) => admin.unlockPool(id),
  back: ({ id }) => `/pools/${id}`,
});

export const POOL_FORMS: readonly Form[] = [create, change, reset, remove, unlock];
