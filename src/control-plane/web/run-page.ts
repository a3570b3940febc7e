import { html } from 'hono/html';
import { spanInWords } from '../../time';
import type { LogRecord, RunRecord } from '../store/records';
import { page, refreshNote, type Html } from './layout';
import { sections, type LogSection } from './log-sections';
import { moment, stateWord } from './words';

export interface RunView {
  readonly run: RunRecord;
  /** Name of its pool. */
  readonly pool: string;
  readonly waitsFor: string | null;
  readonly log: readonly LogRecord[];
  /** Whether the log has more in front of these records. */
  readonly isCut: boolean;
}

/** One run: how it stands, and its log by steps. */
export function runPage(
  { run, pool, waitsFor, log, isCut }: RunView,
  now: number,
  refreshSeconds: number | null,
): Html {
  const body = html`
    <h1>Run of ${run.stackName} <small>${stateWord(run.state)}</small></h1>
    ${run.finishedAt === null ? refreshNote(refreshSeconds) : ''} ${notice(run)}
    <div class="card">
      <dl>
        ${fact('Run', html`<code>${run.id}</code>`)} ${fact('Pool', pool)}
        ${fact('Kind', run.type === 'PROPOSED' ? 'proposed: plans only' : 'tracked: plans and applies')}
        ${waitsFor === null ? '' : fact('Waits for', waitsFor)}
        ${fact('Changes', run.hasChanges === null ? 'not known' : run.hasChanges ? 'yes' : 'none')}
        ${fact('Created', moment(run.createdAt))}
        ${fact(run.finishedAt === null ? 'Running for' : 'Took', spanInWords((run.finishedAt ?? now) - run.createdAt))}
      </dl>
    </div>
    <h2 id="log">Log</h2>
    <p class="small"><a href="#end">To its end</a></p>
    ${
      isCut
        ? html`<p class="muted">
            Only the end is shown: <code>worker-pools run log ${run.id}</code> prints all of it.
          </p>`
        : ''
    }
    <div class="card log">${logSections(log)}</div>
    <p id="end" class="muted small"><a href="#log">To the beginning of the log</a></p>
  `;
  return page(`${run.state.toLowerCase()}: run of ${run.stackName}`, body, refreshSeconds);
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

function fact(name: string, value: Html | string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function logSections(log: readonly LogRecord[]): Html[] {
  const all = sections(log);
  const lastStep = all.findLastIndex(({ step }) => step !== '');
  // What `init` fetches is long and seldom of interest once a plan follows.
  return all.map((section, index) => logSection(section, section.step !== 'init' || index === lastStep));
}

function logSection({ step, attempt, records }: LogSection, isOpen: boolean): Html {
  if (step === '') return html`<pre class="system">${records.map(({ text }) => text)}</pre>`;
  const text = records.map((record) =>
    record.stream === 'stdout' ? record.text : html`<span class="${record.stream}">${record.text}</span>`,
  );
  return html`<details ${isOpen ? 'open' : ''}>
    <summary>${step} <span class="muted small">attempt ${attempt}</span></summary>
    <pre>${text}</pre>
  </details>`;
}
