import { html } from 'hono/html';
import type { PlanChanges, PlannedChange } from '../store/plan-changes';
import { CHANGE_WORDS, changesInWords, reasonInWords, type ChangeWord } from '../../text/changes';
import { visibleName } from '../../text/visible';
import type { Html } from './html';
import { count } from './words';

/** Of a list; the rest is counted. */
const SHOWN = 1_000;

/** Groups that are open from the beginning have as many entries at most. */
const OPEN = 50;

/** What a plan changes, by what happens, with a field that looks for names where there is a script. */
export function changesList(runId: string, { counts, changes, drift, outputs, isCut }: PlanChanges): Html {
  const groups = (Object.keys(CHANGE_WORDS) as ChangeWord[]).map((action) => ({
    action,
    entries: changes.filter((change) => change.action === action),
  }));
  return html`
    <h2 id="changes">Changes: ${changesInWords(counts)}</h2>
    <div class="search filter">
      <label for="changes-filter">Filter</label>
      <input type="search" id="changes-filter" autocomplete="off" aria-describedby="changes-found" />
      <span id="changes-found" role="status" class="muted small"></span>
    </div>
    <div class="card changes" id="changes-list">
      ${groups.map(({ action, entries }) => resourceGroup(action, counts[action], entries))}
      ${group({
        title: `changed outside of the stack (${counts.drift})`,
        entries: drift.map(({ address, action }) => entry(action, address)),
      })}
      ${group({
        title: `${count(counts.outputs, 'output')}`,
        entries: outputs.map(({ name, action }) => entry(action, name)),
      })}
    </div>
    <p class="muted small">
      Names alone, without any value.
      ${isCut ? html`There are more than are kept of a plan; the counts are whole. ` : ''}All of them:
      <code>worker-pools run changes ${runId}</code>
    </p>
  `;
}

function resourceGroup(action: ChangeWord, number: number, entries: readonly PlannedChange[]): Html | string {
  const { count: words } = CHANGE_WORDS[action];
  const title = `${number} ${words}`;
  return group({
    title,
    mood: action === 'delete' || action === 'replace' ? 'bad' : '',
    entries: entries.map(resource),
  });
}

interface Group {
  readonly title: string;
  readonly mood?: string;
  readonly entries: readonly Html[];
}

function group({ title, mood = '', entries }: Group): Html | string {
  if (entries.length === 0) return '';
  const hidden = entries.length - SHOWN;
  return html`<details ${entries.length <= OPEN ? 'open' : ''}>
    <summary><span class="${mood}">${title}</span></summary>
    <ul>
      ${entries.slice(0, SHOWN)}
    </ul>
    ${hidden > 0 ? html`<p class="muted">and ${hidden} more</p>` : ''}
  </details>`;
}

function resource(change: PlannedChange): Html {
  const { address, action, previousAddress, deposed, imported, reason, replacedFor = [] } = change;
  const notes = [
    ...(deposed ? ['a deposed object'] : []),
    ...(imported && action !== 'import' ? ['imported'] : []),
    ...(previousAddress === undefined ? [] : [`was ${visibleName(previousAddress)}`]),
    ...(replacedFor.length > 0 ? [`for ${replacedFor.map(visibleName).join(', ')}`] : []),
    ...(reason === undefined ? [] : [reasonInWords(reason)]),
  ];
  return entry(action, address, notes.join('; '));
}

function entry(action: ChangeWord, name: string, note = ''): Html {
  const { sign, one } = CHANGE_WORDS[action];
  return html`<li>
    <span class="sign" title="${one}"><span aria-hidden="true">${sign}</span><span class="spoken">${one}</span></span>
    <code>${visibleName(name)}</code>${note === '' ? '' : html` <span class="muted small">${note}</span>`}
  </li>`;
}
