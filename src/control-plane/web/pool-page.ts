import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { Pool } from '../admin/pool-admin';
import type { WorkerRecord } from '../store/records';
import { table, type Html } from './html';
import { runTable } from './overview-page';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, count, moment, runLink, stackLink, stateWord, workerStatus } from './words';

/** What is shown of each list; the rest is counted. */
const SHOWN = { workers: 100, queue: 50, runs: 50 };

const TABS = {
  '': 'Workers',
  '/queue': 'Queued',
  '/stacks': 'Used by',
  '/activity': 'Activity',
} as const;

export type Tab = keyof typeof TABS;

export const POOL_TABS = Object.keys(TABS) as Tab[];

/** A pool with one of its lists. */
export async function poolView(admin: AdminService, id: string, tab: Tab, viewer: Viewer): Promise<View | null> {
  const pool = await admin.pool(id);
  if (!pool) return null;
  const content = await LISTS[tab](admin, pool, viewer);
  return {
    title: `${TABS[tab]}: ${pool.name}`,
    shows: [`pool/${pool.id}`],
    parts: [
      { content: html`<h1>${pool.name}</h1>` },
      { region: 'pool', content: await head(admin, pool, viewer) },
      { content: tabs(pool.id, tab) },
      { content: html`<h2 id="list">${TABS[tab]}</h2>` },
      { region: 'list', content },
    ],
  };
}

async function head(admin: AdminService, pool: Pool, { may }: Viewer): Promise<Html> {
  const { registered = 0, busy = 0 } = (await admin.countWorkers([pool.id])).get(pool.id) ?? {};
  const pending = (await admin.pendingRuns([pool.id])).get(pool.id) ?? 0;
  const { id, description, labels, space, createdAt } = pool;
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
    ${poolActions(id, may)}
  `;
}

function poolActions(id: string, may: Viewer['may']): Html | string {
  const links = [
    ...(may('worker:write') ? [html`<a class="button" id="cycle" href="/pools/${id}/cycle">Cycle …</a>`] : []),
    ...(may('pool:reset') ? [html`<a class="button" id="reset" href="/pools/${id}/reset">Reset …</a>`] : []),
  ];
  return links.length > 0 ? html`<p class="actions">${links}</p>` : '';
}

function tabs(id: string, current: Tab): Html {
  return html`<nav class="tabs" aria-label="Of this pool">
    ${POOL_TABS.map(
      (tab) => html`<a href="/pools/${id}${tab}" ${tab === current ? html`aria-current="page"` : ''}>${TABS[tab]}</a>`,
    )}
  </nav>`;
}

type List = (admin: AdminService, pool: Pool, viewer: Viewer) => Promise<Html>;

const LISTS: Readonly<Record<Tab, List>> = {
  '': workers,
  '/queue': queue,
  '/stacks': stacks,
  '/activity': async (admin, { id }) =>
    runTable(await admin.runs({ pool: id, limit: SHOWN.runs }), { labelledBy: 'list' }),
};

async function workers(admin: AdminService, { id }: Pool, { may }: Viewer): Promise<Html> {
  const newest = await admin.workers(id, SHOWN.workers);
  if (newest.length === 0)
    return html`<p>
      No worker is registered. Does a WorkerPool with this pool's token exist in a cluster, and is its controller
      running?
    </p>`;
  const { registered = 0 } = (await admin.countWorkers([id])).get(id) ?? {};
  const mayDrain = may('worker:write');
  return html`
    ${table({
      labelledBy: 'list',
      columns: ['Worker', 'Status', 'Run', 'Metadata', 'Registered', ...(mayDrain ? ['Drain'] : [])],
      rows: newest.map((worker) => [
        html`<code>${worker.name}</code>`,
        workerStatus(worker),
        worker.runId === null ? '' : runLink(worker.runId),
        metadata(worker),
        age(worker.createdAt),
        ...(mayDrain ? [drainLink(worker)] : []),
      ]),
    })}
    ${rest(registered - newest.length)}
  `;
}

function metadata({ metadata }: WorkerRecord): Html | string {
  const all = Object.entries(metadata);
  return all.length === 0
    ? ''
    : html`<ul class="tags">
        ${all.map(([name, value]) => html`<li>${name}=${value}</li>`)}
      </ul>`;
}

/** One that goes cannot stay. */
function drainLink({ id, poolId, name, drained, retiring }: WorkerRecord): Html | string {
  if (retiring) return '';
  const [path, word] = drained ? (['undrain', 'Undrain'] as const) : (['drain', 'Drain'] as const);
  return html`<a
    class="button"
    id="drain-${id}"
    href="/pools/${poolId}/workers/${id}/${path}"
    aria-label="${word} ${name}"
    >${word} …</a
  >`;
}

async function queue(admin: AdminService, { id }: Pool): Promise<Html> {
  const runs = await admin.schedulableRuns(id, { offset: 0, limit: SHOWN.queue + 1 });
  if (runs.length === 0) return html`<p>No run is in progress, and none waits for a worker.</p>`;
  const shown = runs.slice(0, SHOWN.queue);
  const reasons = await admin.waitsFor(shown);
  return html`
    ${table({
      labelledBy: 'list',
      columns: ['Run', 'Position', 'State', 'Kind', 'Stack', 'Waits for', 'Created'],
      rows: shown.map((run, at) => [
        runLink(run.id),
        String(at + 1),
        stateWord(run.state),
        run.type.toLowerCase(),
        stackLink(run.stackId, run.stackName),
        reasons[at] ?? '',
        age(run.createdAt),
      ]),
    })}
    ${runs.length > SHOWN.queue ? html`<p class="muted">and more</p>` : ''}
    <p class="muted small">Runs that wait for another run of their stack are on that stack's page.</p>
  `;
}

async function stacks(admin: AdminService, { id }: Pool): Promise<Html> {
  const all = await admin.stacks({ pool: id });
  if (all.length === 0) return html`<p>No stack uses this pool.</p>`;
  return table({
    labelledBy: 'list',
    columns: ['Stack', 'Tool', 'Folder', 'Deploys', 'Created'],
    rows: all.map(({ id, name, tool, projectRoot, autoDeploy, createdAt }) => [
      stackLink(id, name),
      tool.toLowerCase(),
      projectRoot === '' ? '' : html`<code>${projectRoot}</code>`,
      autoDeploy ? 'by itself' : 'when confirmed',
      age(createdAt),
    ]),
  });
}

const rest = (hidden: number): Html | string => (hidden > 0 ? html`<p class="muted">and ${hidden} more</p>` : '');
