import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { Key } from '../admin/key-admin';
import { table, type Html } from './html';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age } from './words';

/** All API keys. */
export async function keysView(admin: AdminService, { may }: Viewer): Promise<View> {
  const keys = await admin.keys.list();
  const mayChange = may('key:write');
  return {
    title: 'API keys',
    shows: [],
    parts: [
      { content: html`<h1 id="keys">API keys</h1>` },
      {
        content: mayChange
          ? html`<p class="actions">
              <a class="button primary" href="/keys/new">New API key …</a>
              <a class="button" href="/keys/new-oidc">New one of type OIDC …</a>
            </p>`
          : '',
      },
      {
        region: 'keys',
        content: table({
          labelledBy: 'keys',
          columns: ['Name', 'Id', 'Type', 'Role', 'Created', 'Last used', ...(mayChange ? ['Change'] : [])],
          rows: keys.map((key) => [
            key.name,
            html`<code>${key.id}</code>`,
            key.oidc === null ? 'secret' : html`OIDC: <code>${key.oidc.issuer}</code>`,
            key.role,
            key.createdAt === null ? 'the start key' : age(key.createdAt),
            key.lastUsedAt === null ? (key.createdAt === null ? '' : 'never') : age(key.lastUsedAt),
            ...(mayChange ? [changes(key)] : []),
          ]),
        }),
      },
      { content: html`<p class="muted small">When a key was last used is known to the hour.</p>` },
    ],
  };
}

/** The start key is the operator's. */
function changes({ id, name, createdAt }: Key): Html | string {
  if (createdAt === null) return '';
  return html`<span class="actions"
    ><a class="button" id="change-${id}" href="/keys/${id}/settings" aria-label="Change ${name}">Change …</a>
    <a class="button" id="delete-${id}" href="/keys/${id}/delete" aria-label="Delete ${name}">Delete …</a></span
  >`;
}
