import { stackVersion } from '../../admin/versions';
import type { Form } from './form';
import { requireStack } from './question';

const KEPT = 'Empty: as it is. It goes when the host becomes another.';

/** The git repository that the runs of a stack are fetched from, with what proves them there. */
const repository: Form = {
  path: '/stacks/:id/repository',
  action: 'stack.update',
  right: 'stack:write',
  ask: async (admin, ids) => {
    const stack = await requireStack(admin, ids);
    const { id, name, repository: now } = stack;
    const names = (await admin.credentialNames([id])).get(id) ?? [];
    const check = (isChecked: boolean | undefined) => (isChecked ? 'yes' : '');
    return {
      title: `Git repository of stack ${name}`,
      sentence: `Each run fetches its source from it, in place of one that is uploaded. ${
        names.length === 0 ? 'It has no credentials.' : `Its credentials (${names.join(', ')}) are not shown.`
      }`,
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: stackVersion(stack), isFresh: true },
        {
          name: 'repository',
          label: 'Repository',
          value: now?.url ?? '',
          hint: 'https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH. Empty: sources are uploaded.',
        },
        { name: 'branch', label: 'Branch', value: now?.branch ?? '', hint: 'That is tracked. Empty: main.' },
        { name: 'submodules', label: 'Check out submodules', kind: 'check', value: check(now?.submodules) },
        {
          name: 'lfs',
          label: 'Fetch files of Git LFS',
          kind: 'check',
          value: check(now?.lfs),
          hint: 'Needs a launcher image with git-lfs.',
        },
        {
          name: 'sparse',
          label: 'Lay down the folder of the project alone',
          kind: 'check',
          value: check(now?.sparse),
        },
        { name: 'username', label: 'User name, for https', hint: 'Beside the token. Empty: as it is, or git.' },
        { name: 'token', label: 'Token, for https', kind: 'secret', hint: KEPT },
        { name: 'deployKey', label: 'Deploy key, for ssh', kind: 'secret', hint: KEPT, orFile: '' },
        {
          name: 'knownHosts',
          label: 'Known hosts, for ssh',
          kind: 'lines',
          hint: 'As ssh-keyscan prints them, compared with what the host publishes. Empty: as they are.',
        },
      ],
      button: 'Save',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const url = values.line('repository');
    const said = (name: 'username' | 'token' | 'deployKey' | 'knownHosts', value: string) =>
      value.trim() === '' ? {} : { [name]: value };
    const settings = {
      branch: values.optional('branch') ?? 'main',
      submodules: values.isChecked('submodules'),
      lfs: values.isChecked('lfs'),
      sparse: values.isChecked('sparse'),
      credentials: {
        ...said('username', values.line('username')),
        ...said('token', values.line('token')),
        ...said('deployKey', values.text('deployKey')),
        ...said('knownHosts', values.text('knownHosts')),
      },
    };
    await admin.updateStack(id, { repository: { url, ...(url === '' ? {} : settings) }, seen: values.text('seen') });
    return { goTo: `/stacks/${id}` };
  },
};

export const REPOSITORY_FORMS: readonly Form[] = [repository];
