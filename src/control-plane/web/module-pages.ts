import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import { currentOf, type Module } from '../admin/module-admin';
import { mentions } from '../mentions';
import type { ModuleTest, ModuleVersionRecord } from '../store/modules';
import { facts, table, type Html } from './html';
import { cut, filterForm, nextPart } from './paging';
import { sourceOf } from './source-words';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, moduleLink, moment, poolLink, runLink } from './words';

const SHOWN = 50;

/** All modules by space, name and provider, or those with a text in these. */
export async function modulesView(admin: AdminService, _viewer: Viewer, query: URLSearchParams): Promise<View> {
  const modules = await admin.modules.list();
  const begins = modules.findIndex(({ id }) => id === query.get('after')) + 1;
  const found = modules.slice(begins).filter(({ id, stack }) => mentions([id, stack.name], query.get('name')));
  const { shown, last } = cut(found, SHOWN);
  const none =
    modules.length === 0
      ? html`<p>There is no module yet: <code>worker-pools module create NAME --pool POOL</code> makes one.</p>`
      : html`<p>There is no such module.</p>`;
  return {
    title: 'Modules',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="modules">Modules</h1>` },
      { content: filterForm('/modules', query, [{ name: 'name', label: 'Name' }]) },
      { region: 'modules', content: shown.length === 0 ? none : await moduleTable(admin, shown, 'modules') },
      { region: 'parts', content: nextPart('/modules', query, last?.id, 'More') },
    ],
  };
}

/** Modules, with the pools that test them. */
export async function moduleTable(admin: AdminService, shown: readonly Module[], labelledBy: string): Promise<Html> {
  const pools = await admin.poolsById([...new Set(shown.map(({ stack }) => stack.poolId))]);
  const versions = await admin.modules.versions(shown.map(({ id }) => id));
  return table({
    labelledBy,
    columns: ['Module', 'Version', 'Pool', 'Tool', 'Labels', 'Created'],
    rows: shown.map(({ id, stack, labels }) => [
      moduleLink(id, stack.name),
      currentOf(versions.get(id) ?? [])?.number ?? 'none yet',
      poolLink(stack.poolId, pools.get(stack.poolId)?.name),
      stack.tool.toLowerCase(),
      labels.join(', '),
      age(stack.createdAt),
    ]),
  });
}

/** A module: its settings, and its versions with their tests. */
export async function moduleView(admin: AdminService, id: string): Promise<View | null> {
  const module = await admin.modules.find(id);
  if (!module) return null;
  const versions = (await admin.modules.versions([module.id])).get(module.id) ?? [];
  const tests = await admin.modules.tests(versions.map((version) => version.id));
  return {
    title: module.stack.name,
    shows: [`stack/${module.id}`],
    parts: [
      { content: html`<h1>${module.stack.name}</h1>` },
      { region: 'settings', content: await settings(admin, module, currentOf(versions)) },
      { content: html`<h2 id="versions">Versions</h2>` },
      { region: 'versions', content: versionTable(versions, tests) },
    ],
  };
}

async function settings(
  admin: AdminService,
  { id, stack, description, labels }: Module,
  current: ModuleVersionRecord | undefined,
): Promise<Html> {
  const { poolId, tool, toolVersion, projectRoot, runnerImage } = stack;
  const names = (await admin.environmentNames([id])).get(id) ?? [];
  const code = (text: string) => html`<code>${text}</code>`;
  return facts([
    ['Id', code(id)],
    ...(description === null ? [] : [['Description', description] as const]),
    ...(labels.length === 0 ? [] : [['Labels', labels.join(', ')] as const]),
    ['Newest version', current ? current.number : 'none yet'],
    ['Pool', poolLink(poolId, (await admin.pool(poolId))?.name)],
    ['Tool', `${tool.toLowerCase()} ${toolVersion ?? '(of the runner image)'}`],
    ['Source', sourceOf(stack)],
    ['Folder of the module', projectRoot === '' ? 'that of the source' : code(projectRoot)],
    ['Runner image', runnerImage === null ? "the pool's" : code(runnerImage)],
    ['Environment', names.length === 0 ? 'none' : html`${names.map(code)} (values are not shown)`],
  ]);
}

function versionTable(
  versions: readonly ModuleVersionRecord[],
  tests: ReadonlyMap<string, readonly ModuleTest[]>,
): Html {
  if (versions.length === 0)
    return html`<p>There is none yet: <code>worker-pools module version create</code> makes one, and tests it.</p>`;
  return table({
    labelledBy: 'versions',
    columns: ['Version', 'State', 'Tests', 'Commit', 'Created'],
    rows: versions.map((version) => [
      version.number,
      html`${stateOf(version)}${version.yankNote === null ? '' : html` <span class="muted">${version.yankNote}</span>`}`,
      html`<ul class="plain">
        ${(tests.get(version.id) ?? []).map(
          ({ runId, projectRoot, passed }) =>
            html`<li>
              <code>${projectRoot || '.'}</code> ${passed === null ? 'is tested' : passed ? 'passed' : 'failed'}:
              ${runLink(runId)}
            </li>`,
        )}
      </ul>`,
      version.commitSha === null ? 'uploaded' : html`<code>${version.commitSha}</code>`,
      moment(version.createdAt),
    ]),
  });
}

const MOODS = { PENDING: 'live', ACTIVE: 'good', FAILED: 'bad' } as const;

const stateOf = ({ state, yankedAt }: ModuleVersionRecord): Html =>
  yankedAt === null
    ? html`<span class="state ${MOODS[state]}">${state.toLowerCase()}</span>`
    : html`<span class="state">yanked</span> ${age(yankedAt)}`;
