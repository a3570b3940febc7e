import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { Pool } from '../admin/pool-admin';
import type { Right } from '../identity/rights';
import type { Html } from './html';
import { LISTS, workerFilter, type Asked } from './pool-lists';
import type { View } from './view';
import type { Viewer } from './viewer';
import { count, moment } from './words';

const TABS = {
  '': 'Workers',
  '/queue': 'Queued',
  '/stacks': 'Used by',
  '/activity': 'Activity',
  '/usage': 'Over time',
} as const;

export type Tab = keyof typeof TABS;

export const POOL_TABS = Object.keys(TABS) as Tab[];

/** A pool with one of its lists. */
export async function poolView(
  admin: AdminService,
  id: string,
  { tab, ...asked }: Asked & { readonly tab: Tab },
): Promise<View | null> {
  const pool = await admin.pool(id);
  if (!pool) return null;
  const content = await LISTS[tab](admin, pool, asked);
  return {
    title: `${TABS[tab]}: ${pool.name}`,
    shows: [`pool/${pool.id}`],
    parts: [
      { content: html`<h1>${pool.name}</h1>` },
      { region: 'pool', content: await head(admin, pool, asked.viewer) },
      { content: tabs(pool.id, tab) },
      { content: html`<h2 id="list">${TABS[tab]}</h2>` },
      { content: tab === '' ? workerFilter(pool.id, asked.query) : '' },
      { region: 'list', content },
    ],
  };
}

async function head(admin: AdminService, pool: Pool, { may }: Viewer): Promise<Html> {
  const { registered = 0, busy = 0 } = (await admin.countWorkers([pool.id])).get(pool.id) ?? {};
  const pending = (await admin.pendingRuns([pool.id])).get(pool.id) ?? 0;
  const { id, description, labels, space, managedBy, createdAt } = pool;
  return html`
    ${description ? html`<p>${description}</p>` : ''}
    <p class="muted small">
      ${count(registered, 'worker')}, ${busy} busy · ${count(pending, 'run')} waiting for a worker ·
      <code>${id}</code> · space ${space} · created ${moment(createdAt)}
    </p>
    ${
      labels.length > 0
        ? html`<ul class="tags" aria-label="Labels">
            ${labels.map((label) => html`<li>${label}</li>`)}
          </ul>`
        : ''
    }
    ${
      managedBy === null
        ? ''
        : html`<p class="muted">
            Managed by the WorkerPool <code>${managedBy}</code> of a cluster: settings, reset and delete are refused
            until an admin unlocks it${may('pool:unlock') ? '' : html` with <code>worker-pools pool unlock</code>`}.
          </p>`
    }
    ${poolActions(pool, may)}
  `;
}

function poolActions({ id, managedBy }: Pool, may: Viewer['may']): Html | string {
  const offered: readonly (readonly [right: Right, path: string, words: string])[] = [
    ['pool:write', 'settings', 'Settings …'],
    ['pool:token', 'token', 'Token'],
    ['worker:write', 'cycle', 'Cycle …'],
    ['pool:reset', 'reset', 'Reset …'],
    ['pool:write', 'delete', 'Delete …'],
    ...(managedBy === null ? [] : ([['pool:unlock', 'unlock', 'Unlock …']] as const)),
  ];
  const links = offered
    .filter(([right]) => may(right))
    .map(([, path, words]) => html`<a class="button" id="${path}" href="/pools/${id}/${path}">${words}</a>`);
  return links.length > 0 ? html`<p class="actions">${links}</p>` : '';
}

function tabs(id: string, current: Tab): Html {
  return html`<nav class="tabs" aria-label="Of this pool">
    ${POOL_TABS.map(
      (tab) => html`<a href="/pools/${id}${tab}" ${tab === current ? html`aria-current="page"` : ''}>${TABS[tab]}</a>`,
    )}
  </nav>`;
}
