import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import type { VcsAgentPool } from '../../admin/vcs-agent-admin';
import { vcsAgentPoolVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import { stackLink } from '../words';
import type { Field } from './field';
import type { Form, Ids } from './form';
import { question } from './question';
import type { Values } from './values';

async function requirePool(admin: AdminService, { id = '' }: Ids): Promise<VcsAgentPool> {
  const pool = await admin.vcsAgents.find(id);
  if (!pool) throw new RequestError('not-found', `there is no VCS agent pool ${id}; it may have been deleted`);
  return pool;
}

const settingsFields = (pool?: VcsAgentPool): Field[] => [
  {
    name: 'name',
    label: 'Name',
    value: pool?.name ?? '',
    hint: 'Letters, digits, dot, dash and underscore: sources name it, as in private://gitlab/team/app.git.',
    isRequired: true,
  },
  { name: 'description', label: 'Description', kind: 'lines', value: pool?.description ?? '' },
];

const settingsOf = (values: Values) => ({
  name: values.line('name'),
  description: values.optional('description') ?? null,
});

const create: Form = {
  path: '/vcs-agent-pools/new',
  action: 'vcs-agent-pool.create',
  right: 'vcs-agent-pool:write',
  ask: (admin) => {
    const { id, secret } = admin.vcsAgents.propose();
    return Promise.resolve({
      title: 'New VCS agent pool',
      fields: [
        // Both go along, so that the form sent twice makes one pool and shows its token all the same.
        { name: 'id', label: '', kind: 'hidden' as const, value: id },
        { name: 'proposed', label: '', kind: 'hidden' as const, value: secret },
        ...settingsFields(),
      ],
      button: 'Create the pool',
      back: '/vcs-agent-pools',
    });
  },
  perform: async (admin, _, values) => {
    const made = { ...settingsOf(values), id: values.line('id'), secret: values.line('proposed') };
    const { name, config } = await admin.vcsAgents.create(made);
    return {
      title: `VCS agent pool ${name}`,
      content: html`<h1>VCS agent pool ${name}</h1>
        <p class="card notice">The token of its agents is shown this once: nobody can look it up afterwards.</p>
        <p class="actions"><span data-copy="token" data-what="the token"></span><span data-save="token"></span></p>
        <pre class="card token" id="token" tabindex="0">${config}</pre>
        <p>An agent within the network of the git host takes it as SPACELIFT_VCS_AGENT_POOL_TOKEN:</p>
        <pre class="card" tabindex="0">
worker-pools vcs-agent --token-file token --target-base-endpoint https://git.internal</pre>
        <p><a href="/vcs-agent-pools">To the VCS agents</a></p>`,
    };
  },
};

const change: Form = {
  path: '/vcs-agent-pools/:id/settings',
  action: 'vcs-agent-pool.update',
  right: 'vcs-agent-pool:write',
  ask: async (admin, ids) => {
    const pool = await requirePool(admin, ids);
    return {
      title: `Settings of VCS agent pool ${pool.name}`,
      sentence: 'Its token stays. Where it gets another name, sources have to name it anew.',
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: vcsAgentPoolVersion(pool), isFresh: true },
        ...settingsFields(pool),
      ],
      button: 'Save',
      back: '/vcs-agent-pools',
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.vcsAgents.update(id, { ...settingsOf(values), seen: values.text('seen') });
    return { goTo: '/vcs-agent-pools' };
  },
};

const remove = question({
  path: '/vcs-agent-pools/:id/delete',
  action: 'vcs-agent-pool.delete',
  right: 'vcs-agent-pool:write',
  of: async (admin, ids) => `VCS agent pool ${(await requirePool(admin, ids)).name}`,
  title: (of) => `Delete ${of}?`,
  sentence: async (admin, ids) => {
    const { id } = await requirePool(admin, ids);
    const users = (await admin.vcsAgents.stacks([id])).get(id) ?? [];
    return html`${
      users.length === 0
        ? 'No stack fetches its source through it.'
        : html`Runs of these stacks fetch their sources through it, and cannot any more:
          ${users.map((stack) => html`${stackLink(stack.id, stack.name)} `)}.`
    }
    Its agents are cut off at once, and its token is refused from now on. It cannot be taken back.`;
  },
  button: 'Delete',
  isDangerous: true,
  perform: (admin, { id = '' }) => admin.vcsAgents.delete(id),
  back: () => '/vcs-agent-pools',
  then: () => '/vcs-agent-pools',
});

export const VCS_AGENT_FORMS: readonly Form[] = [create, change, remove];
