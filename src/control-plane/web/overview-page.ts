import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { PoolRecord, RunRecord } from '../store/records';
import { table, type Html } from './html';
import { cut, nextPart } from './paging';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, count, ownerLink, poolLink, runLink, stateWord } from './words';

interface PoolOverview {
  readonly pool: PoolRecord;
  readonly registered: number;
  readonly busy: number;
  readonly pendingRuns: number;
}

const POOLS_SHOWN = 100;
const RUNS_SHOWN = 50;

/** All pools, and the newest runs. */
export async function overview(admin: AdminService, { may }: Viewer, query: URLSearchParams): Promise<View> {
  const known = await admin.pools();
  // Names are in the order of the database; one that is gone is behind none.
  const begins = known.findIndex(({ id }) => id === query.get('after')) + 1;
  const { shown: all, last } = cut(known.slice(begins), POOLS_SHOWN);
  const ids = all.map(({ id }) => id);
  const [counts, pending] = await Promise.all([admin.countWorkers(ids), admin.pendingRuns(ids)]);
  const pools = all.map((pool) => ({
    pool,
    registered: counts.get(pool.id)?.registered ?? 0,
    busy: counts.get(pool.id)?.busy ?? 0,
    pendingRuns: pending.get(pool.id) ?? 0,
  }));
  const runs = await admin.runs({ limit: RUNS_SHOWN });
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const noPool = html`<p>There is no pool yet: <code>worker-pools pool create NAME --out DIR</code> makes one.</p>`;
  return {
    title: 'Overview',
    shows: ['*'],
    parts: [
      {
        content: html`<h1 id="pools">Pools</h1>
          ${may('pool:write') ? html`<p class="actions"><a class="button primary" href="/pools/new">New pool …</a></p>` : ''}`,
      },
      { region: 'pools', content: pools.length === 0 ? noPool : poolTable(pools) },
      { region: 'parts', content: nextPart('/', query, last?.id, 'More pools') },
      { content: html`<h2 id="runs">Runs</h2>` },
      { region: 'runs', content: runTable(runs, { names, labelledBy: 'runs' }) },
      { content: html`<p><a href="/runs">All runs</a></p>` },
    ],
  };
}

function poolTable(pools: readonly PoolOverview[]): Html {
  return table({
    labelledBy: 'pools',
    columns: ['Pool', 'Workers', 'Queue', 'Description'],
    rows: pools.map(({ pool, registered, busy, pendingRuns }) => [
      poolLink(pool.id, pool.name),
      html`${count(registered, 'worker')}, ${busy} busy`,
      html`${count(pendingRuns, 'run')} waiting for a worker`,
      pool.description ?? '',
    ]),
  });
}

interface RunTableOptions {
  readonly labelledBy: string;
  /** Of pools, by id. @default - without their column */
  readonly names?: ReadonlyMap<string, string>;
  /** @default true */
  readonly withStack?: boolean;
}

export function runTable(runs: readonly RunRecord[], { labelledBy, names, withStack = true }: RunTableOptions): Html {
  if (runs.length === 0)
    return html`<p>No run yet: <code>worker-pools run trigger STACK --follow</code> starts one.</p>`;
  return table({
    labelledBy,
    columns: ['Run', 'State', 'Kind', ...(withStack ? ['Stack'] : []), ...(names ? ['Pool'] : []), 'Created'],
    rows: runs.map((run) => [
      runLink(run.id),
      stateWord(run.state),
      run.type.toLowerCase(),
      ...(withStack ? [ownerLink(run)] : []),
      ...(names ? [poolLink(run.poolId, names.get(run.poolId))] : []),
      age(run.createdAt),
    ]),
  });
}
