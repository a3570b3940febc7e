import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import { ACTIONS, type Action } from '../audit/actions';
import type { AuditTrailEntry, AuditTrailSearch, FieldChanges } from '../store/audit-trail';
import { table, type Html } from './html';
import { cut, filterForm, nextPart } from './paging';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age } from './words';

const SHOWN = 50;
/** Of one object. */
const LATEST = 20;

/** Who did what: all of it, or what was looked for. */
export async function auditView(admin: AdminService, _viewer: Viewer, query: URLSearchParams): Promise<View> {
  const after = Number(query.get('after') ?? NaN);
  const found = await admin.searchAuditTrail({
    where: [...equals('action', query.get('action')), ...equals('outcome', query.get('outcome'))],
    text: query.get('text')?.trim() || undefined,
    oldestFirst: false,
    after: Number.isSafeInteger(after) ? after : undefined,
    limit: SHOWN + 1,
  });
  const { shown, last } = cut(found, SHOWN);
  return {
    title: 'Audit trail',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="trail">Audit trail</h1>` },
      {
        content: filterForm('/audit', query, [
          { name: 'text', label: 'Who or what' },
          { name: 'action', label: 'Action', options: Object.keys(ACTIONS).map((action) => [action, action] as const) },
          {
            name: 'outcome',
            label: 'Outcome',
            options: [
              ['done', 'done'],
              ['refused', 'refused'],
            ],
          },
        ]),
      },
      { region: 'trail', content: trailTable(shown, 'trail') },
      { region: 'parts', content: nextPart('/audit', query, last && String(last.position)) },
    ],
  };
}

const equals = (field: 'action' | 'outcome', value: string | null): AuditTrailSearch['where'] =>
  value ? [{ field, values: [value], isExcluded: false }] : [];

/** What was done to an object of late, and what concerned it. */
export async function deedsTable(admin: AdminService, id: string, labelledBy: string): Promise<Html> {
  const where = [{ field: 'object' as const, values: [id], isExcluded: false }];
  const search = { where, oldestFirst: false, after: undefined, limit: LATEST };
  return trailTable(await admin.searchAuditTrail(search), labelledBy);
}

function trailTable(entries: readonly AuditTrailEntry[], labelledBy: string): Html {
  if (entries.length === 0) return html`<p>There is no such entry.</p>`;
  return table({
    labelledBy,
    columns: ['When', 'Who', 'What', 'Of', 'Changes'],
    rows: entries.map(({ time, actor, action, outcome, message, object, related, changes, count }) => [
      age(time),
      html`${actor.name || actor.id}
        <span class="muted small">${[actor.role, actor.address].filter(Boolean).join(', ')}</span>`,
      outcome === 'done'
        ? whatOf(action)
        : html`<span class="state bad">refused</span> ${whatOf(action)}${count > 1 ? ` (${count} times)` : ''}:
            ${message}`,
      html`${linkOf(object)}${related ? html` <span class="muted">of</span> ${linkOf(related)}` : ''}`,
      changesOf(changes),
    ]),
  });
}

const whatOf = (action: string): string => (Object.hasOwn(ACTIONS, action) ? ACTIONS[action as Action].what : action);

const PAGES: Readonly<Record<string, string>> = {
  'worker-pool': 'pools',
  stack: 'stacks',
  run: 'runs',
  webhook: 'webhooks',
};

function linkOf({ kind, id, name }: AuditTrailEntry['object']): Html | string {
  const words = name || id;
  const path = PAGES[kind];
  return path === undefined ? words : html`<a href="/${path}/${encodeURIComponent(id)}">${words}</a>`;
}

function changesOf(changes: FieldChanges): Html | string {
  const all = Object.entries(changes);
  if (all.length === 0) return '';
  const said = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value));
  return html`<ul class="tags">
    ${all.map(([field, { from, to }]) => {
      const was = from === undefined ? '' : `${said(from)} → `;
      return html`<li>${field}: ${was}${to === undefined ? 'none' : said(to)}</li>`;
    })}
  </ul>`;
}
