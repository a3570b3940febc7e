import { html } from 'hono/html';
import { changesInWords } from '../../text/changes';
import { spanInWords } from '../../time';
import type { AdminService } from '../admin/admin-service';
import { PRIORITIZED } from '../queue/rank';
import { factsOf, mayBeRetried } from '../queue/run-types';
import { isTerminal } from '../queue/transitions';
import type { PlanChanges } from '../store/plan-changes';
import type { RunRecord } from '../store/records';
import { facts, type Html } from './html';
import { phases, type Phase } from './phases';
import { changesList } from './plan-changes';
import { outputsPart } from './outputs';
import type { View } from './view';
import { commitFacts } from './source-words';
import type { Viewer } from './viewer';
import { moment, ownerLink, poolLink, since, span, stateWord } from './words';

/** One run: how it stands, without its log. */
export async function runView(admin: AdminService, id: string, viewer: Viewer): Promise<View | null> {
  const run = await admin.run(id);
  if (!run) return null;
  const [pool, waitsFor, attempts] = [
    await admin.pool(run.poolId),
    (await admin.waitsFor([run]))[0] ?? null,
    await admin.attempts(run.id),
  ];
  const changes = await admin.plans.changes(run.id);
  return {
    title: `${run.state.toLowerCase()}: run of ${run.stackName}`,
    shows: [`run/${run.id}`, `stack/${run.stackId}`, `pool/${run.poolId}`],
    parts: [
      { content: html`<h1>Run of ${ownerLink(run)}</h1>` },
      {
        region: 'state',
        content: html`<p>${stateWord(run.state)}</p>
          ${notice(run)}${actions(run, viewer)}`,
      },
      { region: 'facts', content: runFacts(run, pool?.name, waitsFor, changes) },
      { content: html`<h2 id="phases">Phases</h2>` },
      { region: 'phases', content: phaseList(phases(run, attempts)) },
      { region: 'changes', content: changes ? changesList(run.id, changes) : '' },
      { region: 'outputs', content: await outputsPart(admin, { id: run.stackId, name: run.stackName }, run.id) },
    ],
  };
}

function runFacts(
  run: RunRecord,
  pool: string | undefined,
  waitsFor: string | null,
  changes: PlanChanges | null,
): Html {
  const { state, finishedAt, createdAt, hasChanges } = run;
  const known = hasChanges === null ? 'not known' : hasChanges ? 'yes' : 'none';
  return facts([
    ['Run', html`<code>${run.id}</code>`],
    ['Pool', poolLink(run.poolId, pool)],
    ['Kind', factsOf(run.type).kind],
    ...ownFacts(run),
    ...(waitsFor === null ? [] : [['Waits for', waitsFor] as const]),
    ['Changes', changes ? html`<a href="#changes">${changesInWords(changes.counts)}</a>` : known],
    ['Created', moment(createdAt)],
    finishedAt === null && !isTerminal(state)
      ? ['Under way', span(createdAt, null)]
      : ['Took', spanInWords((finishedAt ?? run.updatedAt) - createdAt)],
  ]);
}

/** What was said of this run alone, and what it is of. */
function ownFacts(run: RunRecord): readonly (readonly [string, Html | string])[] {
  const { command, projectRoot, runnerImage, environmentNames: names } = run;
  const code = (text: string) => html`<code>${text}</code>`;
  return [
    ...(command === null ? [] : [['Command', code(command)] as const]),
    ...commitFacts(run),
    ...(projectRoot === null ? [] : [['Folder of the project', code(projectRoot)] as const]),
    ...(runnerImage === null ? [] : [['Runner image', code(runnerImage)] as const]),
    ...(names.length === 0 ? [] : [['Environment', html`${names.map(code)} (values are not shown)`] as const]),
    ...(run.driftDetection ? [['Drift', run.type === 'PROPOSED' ? 'looks for it' : 'reconciles it'] as const] : []),
  ];
}

function notice(run: RunRecord): Html | string {
  if (run.state === 'UNCONFIRMED') {
    return html`<p class="card notice">
      Waits for confirmation. <code>worker-pools run confirm ${run.id}</code> applies the plan,
      <code>worker-pools run discard ${run.id}</code> drops it.
    </p>`;
  }
  if (!run.message || run.state === 'FINISHED') return '';
  return html`<p class="card notice ${run.state === 'FAILED' ? 'bad' : ''}">
    ${run.reason ? html`<strong>${run.reason}</strong>: ` : ''}${run.message}
  </p>`;
}

/** What a person may ask of a run now. */
function actions(run: RunRecord, { may }: Viewer): Html | string {
  if (!may('run:write')) return '';
  const offered = [
    ...(run.state === 'UNCONFIRMED' ? (['confirm', 'discard'] as const) : []),
    ...(run.state === 'QUEUED' || run.state === 'PREPARING' ? (['cancel'] as const) : []),
    ...(!isTerminal(run.state) || run.holding ? (['stop'] as const) : []),
    ...(!isTerminal(run.state) ? [run.rank === PRIORITIZED ? ('deprioritize' as const) : ('prioritize' as const)] : []),
    ...(isTerminal(run.state) && run.state !== 'FINISHED' && mayBeRetried(run) ? (['retry'] as const) : []),
  ];
  const word = (action: string) => `${action[0]!.toUpperCase()}${action.slice(1)}`;
  return html`<p class="actions">
    ${offered.map((action) => html`<a class="button" id="${action}" href="/runs/${run.id}/${action}">${word(action)} …</a>`)}
  </p>`;
}

function phaseList(all: readonly Phase[]): Html {
  return html`<ol class="phases card" aria-labelledby="phases">
    ${all.map(
      ({ name, begins, ends, note }) =>
        html`<li ${ends === null ? html`aria-current="step"` : ''}>
          <strong>${name}</strong>
          <span class="muted"
            >${ends === null ? since(begins) : html`${moment(begins)} · ${span(begins, ends)}`}${note === undefined ? '' : `, ${note}`}</span
          >
        </li>`,
    )}
  </ol>`;
}
