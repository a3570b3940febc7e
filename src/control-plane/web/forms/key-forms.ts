import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import type { Key } from '../../admin/key-admin';
import { keyVersion } from '../../admin/versions';
import { RequestError } from '../../errors';
import { ROLES, type Role } from '../../identity/rights';
import type { Field } from './field';
import type { Form, Ids } from './form';
import { question } from './question';

async function requireKey(admin: AdminService, { id = '' }: Ids): Promise<Key> {
  const key = await admin.keys.find(id);
  if (!key) throw new RequestError('not-found', `there is no API key ${id}; it may have been deleted`);
  return key;
}

const settingsFields = (key?: Key): Field[] => [
  { name: 'name', label: 'Name', value: key?.name ?? '', isRequired: true, hint: 'Who or what uses it.' },
  {
    name: 'role',
    label: 'Role',
    kind: 'choice',
    value: key?.role ?? 'reader',
    options: Object.keys(ROLES).map((role) => [role, `${role}: ${ROLES[role as Role]}`] as const),
  },
];

const create: Form = {
  path: '/keys/new',
  action: 'api-key.create',
  right: 'key:write',
  ask: (admin) => {
    const { id, secret } = admin.keys.propose();
    return Promise.resolve({
      title: 'New API key',
      fields: [
        // Both go along, so that the form sent twice makes one key and shows its secret all the same.
        { name: 'id', label: '', kind: 'hidden' as const, value: id },
        { name: 'secret', label: '', kind: 'hidden' as const, value: secret },
        ...settingsFields(),
      ],
      button: 'Create the key',
      back: '/keys',
    });
  },
  perform: async (admin, _, values) => {
    const proposed = { id: values.line('id'), secret: values.line('secret') };
    const key = await admin.keys.create({ name: values.line('name'), role: values.text('role') }, proposed);
    return {
      title: `API key ${key.name}`,
      content: html`<h1>API key ${key.name}</h1>
        <p class="card notice">Its secret is shown this once: nobody can look it up afterwards.</p>
        <div class="card">
          <dl>
            <div>
              <dt>Id</dt>
              <dd><code>${key.id}</code></dd>
            </div>
            <div>
              <dt>Secret</dt>
              <dd>
                <code id="secret">${key.secret ?? ''}</code> <span data-copy="secret" data-what="the secret"></span>
              </dd>
            </div>
            <div>
              <dt>Role</dt>
              <dd>${key.role}</dd>
            </div>
          </dl>
        </div>
        <p><a href="/keys">To the keys</a></p>`,
    };
  },
};

/** One that has no secret: tokens of an issuer stand for it. */
const createOidc: Form = {
  path: '/keys/new-oidc',
  action: 'api-key.create',
  right: 'key:write',
  ask: (admin) =>
    Promise.resolve({
      title: 'New API key of type OIDC',
      sentence: 'It has no secret: whoever brings a token of this issuer, for this audience and subject, is logged in.',
      fields: [
        { name: 'id', label: '', kind: 'hidden' as const, value: admin.newId() },
        ...settingsFields(),
        { name: 'issuer', label: 'Issuer', isRequired: true, hint: 'A URL, as iss of its tokens has it.' },
        { name: 'clientId', label: 'Client id', isRequired: true, hint: 'As aud of its tokens has it.' },
        {
          name: 'subjectExpression',
          label: 'Subject expression',
          isRequired: true,
          hint: 'A regular expression (RE2) that the whole of sub matches.',
        },
      ],
      button: 'Create the key',
      back: '/keys',
    }),
  perform: async (admin, _, values) => {
    const [issuer, clientId, subjectExpression] = [
      values.line('issuer'),
      values.line('clientId'),
      values.line('subjectExpression'),
    ];
    await admin.keys.create(
      { name: values.line('name'), role: values.text('role'), oidc: { issuer, clientId, subjectExpression } },
      { ...admin.keys.propose(), id: values.line('id') },
    );
    return { goTo: '/keys' };
  },
};

const change: Form = {
  path: '/keys/:id/settings',
  action: 'api-key.update',
  right: 'key:write',
  ask: async (admin, ids) => {
    const key = await requireKey(admin, ids);
    return {
      title: `API key ${key.name}`,
      sentence: 'With another role, its sessions end at once.',
      fields: [
        { name: 'seen', label: '', kind: 'hidden', value: keyVersion(key), isFresh: true },
        ...settingsFields(key),
      ],
      button: 'Save',
      back: '/keys',
    };
  },
  perform: async (admin, { id = '' }, values) => {
    await admin.keys.update(id, { name: values.line('name'), role: values.text('role'), seen: values.text('seen') });
    return { goTo: '/keys' };
  },
};

const remove = question({
  path: '/keys/:id/delete',
  action: 'api-key.delete',
  right: 'key:write',
  of: async (admin, ids) => `API key ${(await requireKey(admin, ids)).name}`,
  title: (of) => `Delete ${of}?`,
  sentence: 'It is refused from now on, and so are the sessions that it was exchanged for. It cannot be taken back.',
  button: 'Delete',
  isDangerous: true,
  perform: (admin, { id = '' }) => admin.keys.delete(id),
  back: () => '/keys',
});

export const KEY_FORMS: readonly Form[] = [create, createOidc, change, remove];
