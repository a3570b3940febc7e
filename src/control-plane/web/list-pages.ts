import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import { mentions } from '../mentions';
import { TRANSITIONS } from '../queue/transitions';
import type { RunSearch } from '../store/run-search';
import { table } from './html';
import { runTable } from './overview-page';
import { cut, filterForm, nextPart } from './paging';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, poolLink, stackLink, stateText } from './words';

const SHOWN = 50;

const STATES = [
  ['unfinished', 'unfinished'],
  ...Object.keys(TRANSITIONS).map((state) => [state, stateText(state)]),
] as [string, string][];

/** All runs, newest first, or those of a state, pool or stack. */
export async function runsView(admin: AdminService, _viewer: Viewer, query: URLSearchParams): Promise<View> {
  const pools = await admin.pools();
  const where = await conditionsOf(admin, query);
  const after = Number(query.get('after') ?? NaN);
  const runs = await admin.searchRuns({
    where,
    oldestFirst: false,
    after: Number.isSafeInteger(after) ? after : undefined,
    limit: SHOWN + 1,
  });
  const { shown, last } = cut(runs, SHOWN);
  const names = new Map(pools.map(({ id, name }) => [id, name]));
  return {
    title: 'Runs',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="runs">Runs</h1>` },
      {
        content: filterForm('/runs', query, [
          { name: 'state', label: 'State', options: STATES },
          { name: 'pool', label: 'Pool', options: pools.map(({ id, name }) => [id, name] as const) },
          { name: 'stack', label: 'Stack' },
        ]),
      },
      {
        region: 'runs',
        content:
          shown.length === 0 && query.size > 0
            ? html`<p>There is no such run.</p>`
            : runTable(shown, { labelledBy: 'runs', names }),
      },
      { region: 'parts', content: nextPart('/runs', query, last && String(last.position)) },
    ],
  };
}

async function conditionsOf(admin: AdminService, query: URLSearchParams): Promise<RunSearch['where']> {
  const [state, pool, stack] = ['state', 'pool', 'stack'].map((name) => query.get(name)?.trim() ?? '');
  return [
    ...(state === 'unfinished' ? [{ finished: [false] }] : []),
    ...(state !== '' && state !== 'unfinished' ? [equals('state', state!)] : []),
    ...(pool === '' ? [] : [equals('poolId', pool!)]),
    // One that nobody has ever had finds nothing.
    ...(stack === '' ? [] : [equals('stackId', (await admin.stack(stack!))?.id ?? stack!)]),
  ];
}

const equals = (column: 'state' | 'poolId' | 'stackId', value: string) => ({
  column,
  values: [value],
  isExcluded: false,
});

/** All stacks by name, or those with a text in it. */
export async function stacksView(admin: AdminService, { may }: Viewer, query: URLSearchParams): Promise<View> {
  const [stacks, pools] = [await admin.stacks(), await admin.pools()];
  const names = new Map(pools.map(({ id, name }) => [id, name]));
  // The database knows the order of names; one that is gone is behind none.
  const begins = stacks.findIndex(({ id }) => id === query.get('after')) + 1;
  const found = stacks.slice(begins).filter(({ id, name }) => mentions([id, name], query.get('name')));
  const { shown, last } = cut(found, SHOWN);
  const none =
    stacks.length === 0
      ? html`<p>There is no stack yet: <code>worker-pools stack create NAME --pool POOL</code> makes one, too.</p>`
      : html`<p>There is no such stack.</p>`;
  return {
    title: 'Stacks',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="stacks">Stacks</h1>` },
      {
        content: may('stack:write')
          ? html`<p class="actions"><a class="button primary" href="/stacks/new">New stack …</a></p>`
          : '',
      },
      { content: filterForm('/stacks', query, [{ name: 'name', label: 'Name' }]) },
      {
        region: 'stacks',
        content:
          shown.length === 0
            ? none
            : table({
                labelledBy: 'stacks',
                columns: ['Stack', 'Pool', 'Tool', 'Deploys', 'Created'],
                rows: shown.map(({ id, name, poolId, tool, autoDeploy, createdAt }) => [
                  stackLink(id, name),
                  poolLink(poolId, names.get(poolId)),
                  tool.toLowerCase(),
                  autoDeploy ? 'by itself' : 'when confirmed',
                  age(createdAt),
                ]),
              }),
      },
      { region: 'parts', content: nextPart('/stacks', query, last?.id, 'More') },
    ],
  };
}
