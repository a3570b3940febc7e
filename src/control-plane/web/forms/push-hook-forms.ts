import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import type { PushHook } from '../../admin/push-admin';
import { pushHookVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import type { StackRecord } from '../../store/records';
import type { Field } from './field';
import type { Done, Form, Ids } from './form';
import { question, requireStack } from './question';
import type { Values } from './values';

async function requireHook(admin: AdminService, ids: Ids): Promise<{ stack: StackRecord; hook: PushHook }> {
  const stack = await requireStack(admin, ids);
  const hook = (await admin.pushes.ofStacks([stack.id])).get(stack.id);
  if (!hook)
    throw new RequestError('not-found', `stack ${stack.name} hears of no pushes; somebody may have seen to that`);
  return { stack, hook };
}

const settingsFields = (hook?: PushHook): Field[] => [
  {
    name: 'paths',
    label: 'Folders and files beside that of the project, one a line',
    kind: 'lines',
    value: hook?.paths.map((path) => path || '.').join('\n') ?? '',
    hint: 'A push is followed where it changed something in the folder of the project, or in these. A dot is all of the repository.',
  },
  {
    name: 'forks',
    label: 'Follow pull requests of forks, too',
    kind: 'check',
    value: hook?.forks ? 'yes' : '',
    hint: 'Whoever may open one has their code run with the credentials of this stack.',
  },
];

const settingsOf = (values: Values) => ({ paths: values.lines('paths'), forks: values.isChecked('forks') });

/** What the git host is to be told, once. */
function told({ id, name }: StackRecord, secret: string): Done {
  return {
    title: `Pushes to stack ${name}`,
    content: html`<h1>Pushes to stack ${name}</h1>
      <p class="card notice">The secret is shown this once: nobody can look it up afterwards.</p>
      <p class="actions"><span data-copy="secret" data-what="the secret"></span></p>
      <pre class="card token" id="secret" tabindex="0">${secret}</pre>
      <p>
        Add a webhook to the repository, of type <code>application/json</code>, for pushes and pull or merge requests.
        Its URL is the address by which the git host reaches this control plane, and then:
      </p>
      <pre class="card" tabindex="0">/api/v1/stacks/${id}/push</pre>
      <p class="actions"><a class="button" href="/stacks/${id}">Back to the stack</a></p>`,
  };
}

/** Goes along, so that the form sent twice makes one secret and shows it all the same. */
const proposed = (admin: AdminService): Field => ({
  ...{ name: 'proposed', label: '', kind: 'hidden', value: admin.pushes.propose() },
});

const create: Form = {
  path: '/stacks/:id/push-hook/new',
  action: 'stack.create-push-hook',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { id, name } = await requireStack(admin, ids);
    return {
      title: `Have runs of stack ${name} follow pushes`,
      sentence:
        'A tracked run follows a push to the branch that the stack tracks, a proposed one a pull or merge request that wants to go there.',
      fields: [proposed(admin), ...settingsFields()],
      button: 'Hear of pushes',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, ids, values) => {
    const stack = await requireStack(admin, ids);
    const { secret } = await admin.pushes.create(stack.id, { ...settingsOf(values), secret: values.line('proposed') });
    return told(stack, secret ?? '');
  },
};

const change: Form = {
  path: '/stacks/:id/push-hook',
  action: 'stack.update-push-hook',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { stack, hook } = await requireHook(admin, ids);
    return {
      title: `Of which pushes stack ${stack.name} hears`,
      sentence: 'The secret stays.',
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: pushHookVersion(hook), isFresh: true },
        ...settingsFields(hook),
      ],
      button: 'Save',
      back: `/stacks/${stack.id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.pushes.update(id, { ...settingsOf(values), seen: values.text('seen') });
    return { goTo: `/stacks/${id}` };
  },
};

const rotate: Form = {
  path: '/stacks/:id/push-hook/rotate',
  action: 'stack.rotate-push-hook',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const { stack } = await requireHook(admin, ids);
    return {
      title: `Make another secret for pushes to stack ${stack.name}?`,
      sentence: 'What is proved by the one before is refused at once, until the git host has the new one.',
      fields: [proposed(admin)],
      button: 'Make another secret',
      isDangerous: true,
      back: `/stacks/${stack.id}`,
      leave: 'Leave it as it is',
    };
  },
  perform: async (admin, ids, values) => {
    const stack = await requireStack(admin, ids);
    const { secret } = await admin.pushes.rotate(stack.id, values.line('proposed'));
    return told(stack, secret ?? '');
  },
};

const remove = question({
  path: '/stacks/:id/push-hook/delete',
  action: 'stack.delete-push-hook',
  right: 'stack:write',
  of: async (admin, ids) => `stack ${(await requireHook(admin, ids)).stack.name}`,
  title: (of) => `Hear of pushes to ${of} no more?`,
  sentence: 'The secret is refused from now on, and what came so far is forgotten.',
  button: 'Hear of none',
  isDangerous: true,
  perform: (admin, { id = '' }) => admin.pushes.delete(id),
  back: ({ id }) => `/stacks/${id}`,
});

export const PUSH_HOOK_FORMS: readonly Form[] = [create, change, rotate, remove];
