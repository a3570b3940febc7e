import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { DriftSchedule, StackRecord } from '../store/records';
import { facts, type Html } from './html';
import { runTable } from './overview-page';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, moment, poolLink, stackLink } from './words';

const RUNS_SHOWN = 50;

/** A stack: its settings, and its runs. */
export async function stackView(admin: AdminService, id: string, viewer: Viewer): Promise<View | null> {
  const stack = await admin.stack(id);
  if (!stack) return null;
  const runs = await admin.runs({ stack: stack.id, limit: RUNS_SHOWN });
  return {
    title: stack.name,
    shows: [`stack/${stack.id}`],
    parts: [
      { content: html`<h1>${stack.name}</h1>` },
      { region: 'settings', content: html`${await settings(admin, stack, viewer)}${actions(stack, viewer)}` },
      { region: 'drift', content: await drift(admin, stack) },
      { region: 'dependencies', content: await dependencies(admin, stack) },
      { content: html`<h2 id="runs">Runs</h2>` },
      { region: 'runs', content: runTable(runs, { labelledBy: 'runs', withStack: false }) },
    ],
  };
}

/** Nothing, where nobody looks for it, or has. */
async function drift(admin: AdminService, { id, driftCheckedAt, driftedSince }: StackRecord): Promise<Html> {
  const schedule = (await admin.drift.ofStacks([id])).get(id);
  if (!schedule && driftCheckedAt === null) return html``;
  const found =
    driftedSince === null ? 'none' : html`<span class="state bad">drifted</span> since ${moment(driftedSince)}`;
  return html`<h2>Drift</h2>
    ${facts([
      ['Found', driftCheckedAt === null ? 'never looked for' : html`${found}, looked for ${age(driftCheckedAt)}`],
      ...(schedule ? scheduleFacts(schedule) : [['Schedule', 'none'] as const]),
    ])}`;
}

function scheduleFacts(schedule: DriftSchedule): readonly (readonly [string, Html | string])[] {
  const { nextAt, skipped, reconcile } = schedule;
  return [
    ['Schedule', html`${schedule.schedule.map((one) => html`<code>${one}</code> `)}${schedule.timezone}`],
    ['Next', moment(nextAt)],
    ...(skipped === '' ? [] : [['Last time', `not looked for: ${skipped}`] as const]),
    ['When found', reconcile ? 'a tracked run reconciles it' : 'it is shown here'],
  ];
}

/** Nothing, where there are none. */
async function dependencies(admin: AdminService, { id }: StackRecord): Promise<Html> {
  const upstream = (await admin.stackDependencies('stackId', [id])).map((one) => one.dependsOnStackId);
  const downstream = (await admin.stackDependencies('dependsOnStackId', [id])).map((one) => one.stackId);
  if (upstream.length + downstream.length === 0) return html``;
  const stacks = new Map((await admin.stacksById([...upstream, ...downstream])).map((stack) => [stack.id, stack]));
  const links = (ids: readonly string[]) => {
    const found = ids.flatMap((one) => stacks.get(one) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
    return found.length === 0 ? 'none' : html`${found.map((one) => html`${stackLink(one.id, one.name)} `)}`;
  };
  return html`<h2>Dependencies</h2>
    ${facts([
      ['Depends on', links(upstream)],
      ['Depend on it', links(downstream)],
    ])}`;
}

async function settings(admin: AdminService, stack: StackRecord, { may }: Viewer): Promise<Html> {
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
      names.length === 0
        ? 'empty'
        : html`${names.map((name) => variable(stack, name, may('stack:write')))} (values are not shown)`,
    ],
    ['Created', moment(stack.createdAt)],
  ]);
}

function variable({ id }: StackRecord, name: string, mayUnset: boolean): Html {
  if (!mayUnset) return html`<code>${name}</code> `;
  const path = `/stacks/${id}/environment/${encodeURIComponent(name)}/unset`;
  return html`<code>${name}</code> <a href="${path}" aria-label="Unset ${name}">unset …</a> `;
}

function actions({ id }: StackRecord, { may }: Viewer): Html | string {
  const offered = [
    ...(may('run:write') ? [['trigger', 'Trigger a run …']] : []),
    ...(may('stack:write')
      ? [
          ['settings', 'Settings …'],
          ['environment', 'Set a variable …'],
          ['delete', 'Delete …'],
        ]
      : []),
  ];
  return offered.length === 0
    ? ''
    : html`<p class="actions">
        ${offered.map(([path, word]) => html`<a class="button" id="${path}" href="/stacks/${id}/${path}">${word}</a>`)}
      </p>`;
}
