import { html } from 'hono/html';
import { VisibleText, visibleLines } from '../../../text/visible';
import type { AdminService } from '../../admin/admin-service';
import { LIMIT } from '../../limits';
import type { Html } from '../html';
import { formatPlace, LogPainter, parsePlace, type LogPlace } from './painter';
import { PLAIN } from './style';

const { logPageRecords: RECORDS, logPageCharacters: CHARACTERS } = LIMIT;

/** The log of a run as its page has it first. */
export interface FirstLog {
  readonly content: Html;
  /** Where what follows begins. */
  readonly place: LogPlace;
}

/** The end of a log, or what follows a place of it. */
export async function firstLog(admin: AdminService, runId: string, after: string | undefined): Promise<FirstLog> {
  const from = after === undefined ? undefined : parsePlace(after);
  const records = from
    ? await admin.readLog(runId, from.after, RECORDS, CHARACTERS)
    : await admin.readLogEnd(runId, RECORDS, CHARACTERS);
  const first = records[0]?.id ?? 1;
  const painter = new LogPainter(from ?? { after: first - 1, style: PLAIN });
  const painted = painter.paint(records, true);
  const place = formatPlace(painter.place);
  const content = html`
    <h2 id="log-heading">Log</h2>
    <p class="actions" id="log-tools">
      <a class="button" href="/runs/${runId}/log.txt" download>Download</a>
      <a class="button" href="#end">To its end</a>
    </p>
    ${
      first > 1
        ? html`<p id="log-earlier" class="muted" data-from="/runs/${runId}/log" data-first="${first}">
            Records ${first} and later are shown. <a href="/runs/${runId}?after=0">From the beginning</a>
          </p>`
        : ''
    }
    <div id="log" class="card log" role="region" aria-labelledby="log-heading" tabindex="0">${painted}</div>
    <p id="end" class="muted small">
      ${from ? html`<a href="/runs/${runId}?after=${place}">What follows</a> · ` : ''}<a href="#log-heading"
        >To the beginning of this part</a
      >
    </p>
  `;
  return { content, place: painter.place };
}

export interface LogPart {
  readonly html: string;
  /** Where the next one begins. */
  readonly next: string;
  /** The number of its last record. */
  readonly last: number;
}

/** What follows a place, up to the record before which a page has all. */
export async function nextLog(admin: AdminService, runId: string, place: LogPlace, before: number): Promise<LogPart> {
  const all = await admin.readLog(runId, place.after, RECORDS, CHARACTERS);
  const records = all.filter(({ id }) => id < before);
  const painter = new LogPainter(place);
  const painted = visibleLines(String(await painter.paint(records, true)));
  return { html: painted, next: formatPlace(painter.place), last: painter.place.after };
}

/** All of a log as plain text. */
export async function* logText(admin: AdminService, runId: string): AsyncGenerator<string> {
  const visible = new VisibleText('dropped');
  for (let after = 0; ;) {
    const records = await admin.readLog(runId, after, RECORDS, CHARACTERS);
    if (records.length === 0) break;
    yield visible.write(records.map(({ text }) => text).join(''));
    after = records.at(-1)!.id;
  }
  yield visible.end();
}
