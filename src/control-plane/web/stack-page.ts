import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { Right } from '../identity/rights';
import type { DriftSchedule, StackDependency, StackRecord, StackTool } from '../store/records';
import { facts, type Html } from './html';
import { outputsPart, referenceList } from './outputs';
import { runTable } from './overview-page';
import { pushesPart } from './push-hook';
import { lockNotice } from './state-page';
import type { View } from './view';
import { sourceOf } from './source-words';
import type { Viewer } from './viewer';
import { age, bytesInWords, moment, poolLink, stackLink } from './words';

const RUNS_SHOWN = 50;
const TOOL: Readonly<Record<StackTool, string>> = { OPENTOFU: 'OpenTofu', TERRAFORM: 'Terraform', ANSIBLE: 'Ansible' };

/** A stack: its settings, what it depends on, and its runs. */
export async function stackView(admin: AdminService, id: string, viewer: Viewer): Promise<View | null> {
  const stack = await admin.stack(id);
  if (!stack) return null;
  const runs = await admin.runs({ stack: stack.id, limit: RUNS_SHOWN });
  return {
    title: stack.name,
    shows: [`stack/${stack.id}`],
    parts: [
      { content: html`<h1>${stack.name}</h1>` },
      {
        region: 'settings',
        content: html`${await settings(admin, stack, viewer)}${actions(stack, viewer, offeredOf(stack))}`,
      },
      { region: 'state', content: await state(admin, stack, viewer) },
      { region: 'pushes', content: await pushes(admin, stack, viewer) },
      { region: 'outputs', content: await outputsPart(admin, stack) },
      { region: 'drift', content: await drift(admin, stack, viewer) },
      { region: 'dependencies', content: await dependencies(admin, stack, viewer) },
      { content: html`<h2 id="runs">Runs</h2>` },
      { region: 'runs', content: runTable(runs, { labelledBy: 'runs', withStack: false }) },
    ],
  };
}

/** Nothing, where sources are uploaded. */
async function pushes(admin: AdminService, stack: StackRecord, viewer: Viewer): Promise<Html> {
  if (stack.repository === null) return html``;
  const { content, isHeard } = await pushesPart(admin, stack);
  const offered: Offered = isHeard
    ? [
        ['stack:write', 'push-hook', 'Change …'],
        ['stack:write', 'push-hook/rotate', 'Another secret …'],
        ['stack:write', 'push-hook/delete', 'Hear of none …'],
      ]
    : [['stack:write', 'push-hook/new', 'Follow pushes …']];
  return html`<h2 id="pushes">Pushes</h2>
    ${content}${actions(stack, viewer, offered)}`;
}

/** Nothing, where it is kept elsewhere. */
async function state(admin: AdminService, stack: StackRecord, viewer: Viewer): Promise<Html> {
  const [newest, lock] = [await admin.states.newest(stack.id), await admin.states.lock(stack.id)];
  if (!newest && !stack.managesState) return html``;
  return html`<h2>State</h2>
    ${lock ? lockNotice(stack, lock, viewer) : ''}
    ${facts([
      [
        'Newest version',
        newest
          ? html`${newest.number}, ${bytesInWords(newest.bytes)}, ${age(newest.createdAt)}`
          : 'none yet, where the source names no backend',
      ],
      ...(newest ? [['History', html`<a href="/stacks/${stack.id}/state">all versions</a>`] as const] : []),
    ])}`;
}

/** Nothing, where nobody looks for it, or has, or may say when. */
async function drift(admin: AdminService, stack: StackRecord, viewer: Viewer): Promise<Html> {
  const { id, driftCheckedAt, driftedSince } = stack;
  const schedule = (await admin.drift.ofStacks([id])).get(id);
  const offered: Offered = [
    ['stack:write', 'drift', schedule ? 'Change the schedule …' : 'Schedule …'],
    ...(schedule ? ([['stack:write', 'drift/delete', 'Delete the schedule …']] as const) : []),
    ['run:write', 'drift/run', 'Look now …'],
  ];
  if (!schedule && driftCheckedAt === null && !viewer.may('run:write')) return html``;
  const found =
    driftedSince === null ? 'none' : html`<span class="state bad">drifted</span> since ${moment(driftedSince)}`;
  return html`<h2>Drift</h2>
    ${facts([
      ['Found', driftCheckedAt === null ? 'never looked for' : html`${found}, looked for ${age(driftCheckedAt)}`],
      ...(schedule ? scheduleFacts(schedule) : [['Schedule', 'none'] as const]),
    ])}${actions(stack, viewer, offered)}`;
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

/** Nothing, where there are none, and nobody who looks may add one. */
async function dependencies(admin: AdminService, stack: StackRecord, viewer: Viewer): Promise<Html> {
  const { id } = stack;
  const upstream = await admin.stackDependencies('stackId', [id]);
  const downstream = await admin.stackDependencies('dependsOnStackId', [id]);
  const references = await admin.outputs.references([...upstream, ...downstream].map((one) => one.id));
  const mayChange = viewer.may('stack:write');
  if (upstream.length + downstream.length === 0 && !mayChange) return html``;
  const stacks = await admin.stacksById([
    ...upstream.map((one) => one.dependsOnStackId),
    ...downstream.map((one) => one.stackId),
  ]);
  const links = (all: readonly StackDependency[], side: 'stackId' | 'dependsOnStackId') => {
    const found = all
      .flatMap((one) => stacks.filter((other) => other.id === one[side]).map(({ id, name }) => ({ one, id, name })))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (found.length === 0) return 'none';
    return html`<ul class="plain">
      ${found.map(({ one, id, name }) => {
        const mayChangeIt = mayChange && side === 'dependsOnStackId';
        const taken = references.filter(({ dependencyId }) => dependencyId === one.id);
        return html`<li>
          ${stackLink(id, name)} ${mayChangeIt ? changeLinks(one, name) : ''}
          ${referenceList(taken, one.stackId, mayChangeIt)}
        </li>`;
      })}
    </ul>`;
  };
  return html`<h2>Dependencies</h2>
    ${facts([
      ['Depends on', links(upstream, 'dependsOnStackId')],
      ['Depend on it', links(downstream, 'stackId')],
    ])}${actions(stack, viewer, [['stack:write', 'dependencies/new', 'Add one …']])}`;
}

function changeLinks({ id, stackId }: StackDependency, name: string): Html {
  const path = `/stacks/${stackId}/dependencies/${id}`;
  return html`<a id="remove-${id}" href="${path}/delete" aria-label="Remove the dependency on ${name}">remove …</a>
    <a id="map-${id}" href="${path}/outputs/new" aria-label="Take an output of ${name}">take an output …</a>`;
}

async function settings(admin: AdminService, stack: StackRecord, { may }: Viewer): Promise<Html> {
  const pool = await admin.pool(stack.poolId);
  const names = (await admin.environmentNames([stack.id])).get(stack.id) ?? [];
  return facts([
    ['Stack', html`<code>${stack.id}</code>`],
    ['Pool', poolLink(stack.poolId, pool?.name)],
    ['Tool', `${TOOL[stack.tool]} ${stack.toolVersion ?? '(of the runner image)'}`],
    ...(stack.playbook === null ? [] : [['Playbook', html`<code>${stack.playbook}</code>`] as const]),
    [
      'Folder of the project',
      stack.projectRoot === '' ? 'that of the source' : html`<code>${stack.projectRoot}</code>`,
    ],
    ['Runner image', stack.runnerImage === null ? "the pool's" : html`<code>${stack.runnerImage}</code>`],
    ['Deploys', stack.autoDeploy ? 'by itself' : 'when confirmed'],
    ['Source', sourceOf(stack)],
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

/** What somebody may do who has the right, by the path of its form. */
type Offered = readonly (readonly [right: Right, path: string, words: string])[];

const ACTIONS: Offered = [
  ['run:write', 'trigger', 'Trigger a run …'],
  ['run:write', 'task', 'Run a task …'],
  ['source:write', 'source', 'Upload a source …'],
  ['stack:write', 'repository', 'Git repository …'],
  ['stack:write', 'settings', 'Settings …'],
  ['stack:write', 'environment', 'Set a variable …'],
  ['stack:write', 'delete', 'Delete …'],
];

/** A repository is nothing that is uploaded. */
const offeredOf = ({ repository }: StackRecord): Offered =>
  ACTIONS.filter(([, path]) => repository === null || path !== 'source');

function actions({ id }: StackRecord, { may }: Viewer, all: Offered): Html | string {
  const offered = all.filter(([right]) => may(right));
  if (offered.length === 0) return '';
  return html`<p class="actions">
    ${offered.map(
      ([, path, words]) =>
        html`<a class="button" id="${path.replace('/', '-')}" href="/stacks/${id}/${path}">${words}</a>`,
    )}
  </p>`;
}
