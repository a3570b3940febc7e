import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { Pool } from '../admin/pool-admin';
import type { WorkerRecord } from '../store/records';
import { WORKER_STATUSES } from '../store/worker-search';
import { deedsTable } from './audit-page';
import { table, type Html } from './html';
import { cut, filterForm, nextPart } from './paging';
import { moduleTable } from './module-pages';
import { runTable } from './overview-page';
import { usage } from './usage-chart';
import type { Viewer } from './viewer';
import { age, count, ownerLink, runLink, stackLink, stateWord, workerStatus } from './words';

/** What is shown of each list at once. */
const SHOWN = 100;

export interface Asked {
  readonly viewer: Viewer;
  /** Filters, and where the list goes on. */
  readonly query: URLSearchParams;
}

type List = (admin: AdminService, pool: Pool, asked: Asked) => Promise<Html>;

/** The lists of a pool, by what follows its path. */
export const LISTS = {
  '': workers,
  '/queue': queue,
  '/stacks': stacks,
  '/usage': (admin, { id }, { query }) => usage(admin, id, query),
  '/activity': activity,
} as const satisfies Record<string, List>;

export function workerFilter(id: string, query: URLSearchParams): Html {
  return filterForm(`/pools/${id}`, query, [
    { name: 'name', label: 'Name' },
    {
      name: 'status',
      label: 'Status',
      options: WORKER_STATUSES.map((status) => [status, status.toLowerCase()] as const),
    },
  ]);
}

async function workers(admin: AdminService, { id }: Pool, { viewer, query }: Asked): Promise<Html> {
  const { registered = 0 } = (await admin.countWorkers([id])).get(id) ?? {};
  if (registered === 0)
    return html`<p>
      No worker is registered. Does a WorkerPool with this pool's token exist in a cluster, and is its controller
      running?
    </p>`;
  const name = query.get('name')?.trim() ?? '';
  const status = WORKER_STATUSES.find((one) => one === query.get('status'));
  const after = workerAt(query.get('after'));
  const search = { name, limit: SHOWN + 1, ...(status && { status }), ...(after && { after }) };
  const { shown, last } = cut(await admin.searchWorkers(id, search), SHOWN);
  if (shown.length === 0)
    return html`<p>There is no such worker among ${count(registered, 'worker')}.</p>
      ${nextPart(`/pools/${id}`, query, undefined)}`;
  return html`${workerTable(shown, viewer)}
  ${registered > SHOWN ? html`<p class="muted">${shown.length} of ${count(registered, 'worker')}, the newest first.</p>` : ''}
  ${nextPart(`/pools/${id}`, query, last && cursorOf(last))}`;
}

const cursorOf = ({ id, createdAt }: WorkerRecord): string => `${createdAt}.${id}`;

function workerAt(cursor: string | null): Pick<WorkerRecord, 'id' | 'createdAt'> | undefined {
  const [, createdAt, id] = /^(\d{1,15})\.(\w{1,30})$/.exec(cursor ?? '') ?? [];
  return createdAt === undefined || id === undefined ? undefined : { id, createdAt: Number(createdAt) };
}

function workerTable(shown: readonly WorkerRecord[], { may }: Viewer): Html {
  const mayDrain = may('worker:write');
  return table({
    labelledBy: 'list',
    columns: ['Worker', 'Status', 'Run', 'Metadata', 'Registered', ...(mayDrain ? ['Drain'] : [])],
    rows: shown.map((worker) => [
      html`<code>${worker.name}</code>`,
      workerStatus(worker),
      worker.runId === null ? '' : runLink(worker.runId),
      metadata(worker),
      age(worker.createdAt),
      ...(mayDrain ? [drainLink(worker)] : []),
    ]),
  });
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

/** A part of a list that is counted from its first. */
const offsetOf = (query: URLSearchParams): number => {
  const after = query.get('after') ?? '0';
  return /^\d{1,9}$/.test(after) ? Number(after) : 0;
};

async function queue(admin: AdminService, { id }: Pool, { query }: Asked): Promise<Html> {
  const offset = offsetOf(query);
  const { shown, last } = cut(await admin.schedulableRuns(id, { offset, limit: SHOWN + 1 }), SHOWN);
  const next = nextPart(`/pools/${id}/queue`, query, last && String(offset + SHOWN), 'More');
  if (shown.length === 0)
    return html`<p>No ${offset > 0 ? 'further ' : ''}run is in progress, and none waits for a worker.</p>
      ${next}`;
  const reasons = await admin.waitsFor(shown);
  return html`
    ${table({
      labelledBy: 'list',
      columns: ['Run', 'Position', 'State', 'Kind', 'Stack', 'Waits for', 'Created'],
      rows: shown.map((run, at) => [
        runLink(run.id),
        String(offset + at + 1),
        stateWord(run.state),
        run.type.toLowerCase(),
        ownerLink(run),
        reasons[at] ?? '',
        age(run.createdAt),
      ]),
    })}
    ${next}
    <p class="muted small">Runs that wait for another run of their stack are on that stack's page.</p>
  `;
}

async function stacks(admin: AdminService, { id }: Pool, { query }: Asked): Promise<Html> {
  const [all, modules] = [await admin.stacks({ pool: id }), await admin.modules.list(id)];
  const tested =
    modules.length === 0
      ? html``
      : html`<h3 id="modules">Modules</h3>
          ${await moduleTable(admin, modules, 'modules')}`;
  if (all.length === 0)
    return html`<p>No stack${modules.length === 0 ? ' and no module' : ''} uses this pool.</p>
      ${tested}`;
  const offset = offsetOf(query);
  const { shown, last } = cut(all.slice(offset), SHOWN);
  return html`${table({
    labelledBy: 'list',
    columns: ['Stack', 'Tool', 'Folder', 'Deploys', 'Created'],
    rows: shown.map(({ id, name, tool, projectRoot, autoDeploy, createdAt }) => [
      stackLink(id, name),
      tool.toLowerCase(),
      projectRoot === '' ? '' : html`<code>${projectRoot}</code>`,
      autoDeploy ? 'by itself' : 'when confirmed',
      age(createdAt),
    ]),
  })}
  ${nextPart(`/pools/${id}/stacks`, query, last && String(offset + SHOWN), 'More')}${tested}`;
}

async function activity(admin: AdminService, { id }: Pool, { viewer }: Asked): Promise<Html> {
  const runs = await admin.runs({ pool: id, limit: SHOWN });
  return html`${viewer.may('audit:read') ? await deeds(admin, id) : ''}
    <h3 id="runs">Runs</h3>
    ${runTable(runs, { labelledBy: 'runs' })}
    <p><a href="/runs?pool=${id}">All runs of this pool</a></p>`;
}

/** What people and programs did to it and its workers of late. */
async function deeds(admin: AdminService, id: string): Promise<Html> {
  return html`<h3 id="deeds">Who did what</h3>
    ${await deedsTable(admin, id, 'deeds')}
    <p><a href="/audit?text=${id}">All of it</a></p>`;
}
