import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import { LONGEST_VARIABLE } from '../../../protocol/environment';
import { stackVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import { DEFAULT_PLAYBOOK } from '../../queue/steps';
import type { StackRecord } from '../../store/records';
import type { Field } from './field';
import type { Form } from './form';
import { question, requireStack } from './question';
import type { Values } from './values';

async function settingsFields(admin: AdminService, poolId: string, stack?: StackRecord): Promise<Field[]> {
  const pools = await admin.pools();
  return [
    {
      name: 'pool',
      label: 'Pool',
      kind: 'choice',
      value: poolId,
      options: pools.map(({ id, name }) => [id, name] as const),
      isRequired: true,
      ...(stack ? { hint: 'Another one only while all of its runs have ended.' } : {}),
    },
    ...toolFields(stack),
    {
      name: 'projectRoot',
      label: 'Folder of the project',
      value: stack?.projectRoot ?? '',
      hint: 'Within the source. Empty: the source itself.',
    },
    { name: 'runnerImage', label: 'Runner image', value: stack?.runnerImage ?? '', hint: "Empty: the pool's." },
    {
      name: 'autoDeploy',
      label: 'Apply without asking',
      kind: 'check',
      value: stack?.autoDeploy ? 'yes' : '',
    },
    {
      name: 'managesState',
      label: 'Keep its state here, where its source names no backend',
      kind: 'check',
      value: (stack?.managesState ?? true) ? 'yes' : '',
    },
  ];
}

function toolFields(stack: StackRecord | undefined): Field[] {
  return [
    {
      name: 'tool',
      label: 'Tool',
      kind: 'choice',
      value: stack?.tool ?? 'OPENTOFU',
      options: [
        ['OPENTOFU', 'OpenTofu'],
        ['TERRAFORM', 'Terraform'],
        ['ANSIBLE', 'Ansible'],
      ],
    },
    {
      name: 'toolVersion',
      label: 'Version of the tool',
      value: stack?.toolVersion ?? '',
      hint: "One release, such as 1.10.6. Empty: the runner image's, as always of Ansible.",
    },
    {
      name: 'playbook',
      label: 'Playbook',
      value: stack?.playbook ?? '',
      hint: `Of Ansible alone: a file in the folder of the project. Empty: ${DEFAULT_PLAYBOOK}.`,
    },
  ];
}

function settingsOf(values: Values) {
  return {
    pool: values.line('pool'),
    tool: values.choice('tool', ['OPENTOFU', 'TERRAFORM', 'ANSIBLE']) ?? 'OPENTOFU',
    toolVersion: values.line('toolVersion'),
    playbook: values.line('playbook'),
    projectRoot: values.line('projectRoot'),
    runnerImage: values.line('runnerImage'),
    autoDeploy: values.isChecked('autoDeploy'),
    managesState: values.isChecked('managesState'),
  };
}

const create: Form = {
  path: '/stacks/new',
  action: 'stack.create',
  right: 'stack:write',
  ask: async (admin, _, given) => {
    const [first] = await admin.pools();
    if (!first) throw new RequestError('malformed', 'a stack needs a pool that runs it: create a pool first');
    return {
      title: 'New stack',
      fields: [
        { name: 'id', label: '', kind: 'hidden', value: admin.newId() },
        {
          name: 'name',
          label: 'Name',
          isRequired: true,
          hint: 'Letters, digits, dot, dash and underscore, at most 63.',
        },
        ...(await settingsFields(admin, given.get('pool') ?? first.id)),
      ],
      button: 'Create the stack',
      back: '/stacks',
    };
  },
  perform: async (admin, _, values) => {
    const { id } = await admin.createStack({
      ...settingsOf(values),
      id: values.line('id'),
      name: values.line('name'),
    });
    return { goTo: `/stacks/${id}` };
  },
};

const change: Form = {
  path: '/stacks/:id/settings',
  action: 'stack.update',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const stack = await requireStack(admin, ids);
    return {
      title: `Settings of stack ${stack.name}`,
      sentence: 'They count for runs that start from now on.',
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: stackVersion(stack), isFresh: true },
        ...(await settingsFields(admin, stack.poolId, stack)),
      ],
      button: 'Save',
      back: `/stacks/${stack.id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.updateStack(id, { ...settingsOf(values), seen: values.text('seen') });
    return { goTo: `/stacks/${id}` };
  },
};

const setVariable: Form = {
  path: '/stacks/:id/environment',
  action: 'stack.update',
  right: 'stack:write',
  ask: async (admin, ids, given) => {
    const { id, name } = await requireStack(admin, ids);
    const names = (await admin.environmentNames([id])).get(id) ?? [];
    return {
      title: `Environment of stack ${name}`,
      sentence: html`Every step of its runs finds it. Nobody is told a value once it is
      set.${
        names.length === 0
          ? ''
          : html` There ${names.map((one, at) => html`${at === 0 ? '' : ', '}<code>${one}</code>`)}: setting one of them
            replaces its value.`
      }`,
      fields: [
        { name: 'environment', label: 'Name', value: given.get('name') ?? '', isRequired: true },
        {
          name: 'value',
          label: 'Value',
          kind: 'secret',
          hint: 'One of several lines, such as a key, is taken from a file, as it is.',
          orFile: '',
          most: LONGEST_VARIABLE,
        },
      ],
      button: 'Set',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.updateStack(id, { environment: { [values.line('environment')]: values.text('value') } });
    return { goTo: `/stacks/${id}` };
  },
};

const nameOf = async (admin: AdminService, ids: Readonly<Record<string, string>>) =>
  `stack ${(await requireStack(admin, ids)).name}`;

export const STACK_FORMS: readonly Form[] = [
  create,
  change,
  setVariable,
  question({
    path: '/stacks/:id/environment/:variable/unset',
    action: 'stack.update',
    right: 'stack:write',
    of: async (admin, ids) => {
      const { id, name } = await requireStack(admin, ids);
      const { variable = '' } = ids;
      if (!(await admin.environmentNames([id])).get(id)?.includes(variable))
        throw new RequestError('not-found', `stack ${name} has no variable ${variable}`);
      return `${variable} of stack ${name}`;
    },
    title: (of) => `Unset ${of}?`,
    sentence: 'Runs that start from now on do not find it. Its value cannot be had back.',
    button: 'Unset',
    isDangerous: true,
    perform: (admin, { id = '', variable = '' }) => admin.updateStack(id, { unsetEnvironment: [variable] }),
    back: ({ id }) => `/stacks/${id}`,
  }),
  question({
    path: '/stacks/:id/delete',
    action: 'stack.delete',
    right: 'stack:write',
    of: nameOf,
    title: (of) => `Delete ${of}?`,
    sentence:
      'Its source, environment and state are deleted, and what it has made elsewhere stays there. Its runs stay to be looked at. It cannot be taken back.',
    button: 'Delete',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.deleteStack(id),
    back: ({ id }) => `/stacks/${id}`,
    then: () => '/stacks',
  }),
];
