import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { StackRecord } from '../store/records';
import { facts, type Html } from './html';
import { runTable } from './overview-page';
import type { View } from './view';
import { moment, poolLink } from './words';

const RUNS_SHOWN = 50;

/** A stack: its settings, and its runs. */
export async function stackView(admin: AdminService, id: string): Promise<View | null> {
  const stack = await admin.stack(id);
  if (!stack) return null;
  const runs = await admin.runs({ stack: stack.id, limit: RUNS_SHOWN });
  return {
    title: stack.name,
    shows: [`stack/${stack.id}`],
    parts: [
      { content: html`<h1>${stack.name}</h1>` },
      { region: 'settings', content: await settings(admin, stack) },
      { content: html`<h2 id="runs">Runs</h2>` },
      { region: 'runs', content: runTable(runs, { labelledBy: 'runs', withStack: false }) },
    ],
  };
}

async function settings(admin: AdminService, stack: StackRecord): Promise<Html> {
  const pool = await admin.pool(stack.poolId);
  const names = (await admin.environmentNames([stack.id])).get(stack.id) ?? [];
  return facts([
    ['Stack', html`<code>${stack.id}</code>`],
    ['Pool', poolLink(stack.poolId, pool?.name)],
    ['Tool', stack.tool === 'OPENTOFU' ? 'OpenTofu' : 'Terraform'],
    [
      'Folder of the project',
      stack.projectRoot === '' ? 'that of the source' : html`<code>${stack.projectRoot}</code>`,
    ],
    ['Runner image', stack.runnerImage === null ? "the pool's" : html`<code>${stack.runnerImage}</code>`],
    ['Deploys', stack.autoDeploy ? 'by itself' : 'when confirmed'],
    [
      'Source',
      stack.source === null ? html`none: <code>worker-pools stack push ${stack.name} --source DIR</code>` : 'uploaded',
    ],
    [
      'Environment',
      names.length === 0 ? 'empty' : html`${names.map((name) => html`<code>${name}</code> `)}(values are not shown)`,
    ],
    ['Created', moment(stack.createdAt)],
  ]);
}
