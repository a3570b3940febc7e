import { html } from 'hono/html';
import { spanInWords } from '../../time';
import { factsOf } from '../queue/run-types';
import type { RunRecord, RunState, WorkerRecord } from '../store/records';
import type { Html } from './html';

const MOODS: Readonly<Record<RunState, 'good' | 'bad' | 'waiting' | 'live' | ''>> = {
  QUEUED: 'waiting',
  PREPARING: 'live',
  PLANNING: 'live',
  PERFORMING: 'live',
  UNCONFIRMED: 'waiting',
  CONFIRMED: 'waiting',
  PREPARING_APPLY: 'live',
  APPLYING: 'live',
  FINISHED: 'good',
  FAILED: 'bad',
  STOPPED: '',
  CANCELED: '',
  DISCARDED: '',
};

/** The state of a run in its colour; the word alone says everything, too. */
export function stateWord(state: RunState): Html {
  return html`<span class="state ${MOODS[state]}">${stateText(state)}</span>`;
}

export const stateText = (state: string): string => state.replace('_', ' ').toLowerCase();

/** As the API has it, and whether a drained one still works. */
export function workerStatus({ drained, retiring, runId }: WorkerRecord): Html {
  const isLeaving = drained || retiring;
  if (runId !== null)
    return html`<span class="state live">busy</span>${isLeaving ? html` <span class="muted">then drained</span>` : ''}`;
  return isLeaving ? html`<span class="state">drained</span>` : html`<span class="state good">idle</span>`;
}

export const runLink = (id: string): Html => html`<a id="to-${id}" href="/runs/${id}"><code>${id}</code></a>`;

export const poolLink = (id: string, name: string | undefined): Html | string =>
  name === undefined ? '(deleted)' : html`<a href="/pools/${id}">${name}</a>`;

export const stackLink = (id: string, name: string): Html => html`<a href="/stacks/${id}">${name}</a>`;

export const moduleLink = (id: string, name: string): Html => html`<a href="/modules/${id}">${name}</a>`;

/** The stack of a run, or the module that it tests. */
export const ownerLink = ({ type, stackId, stackName }: Pick<RunRecord, 'type' | 'stackId' | 'stackName'>): Html =>
  factsOf(type).of === 'module' ? moduleLink(stackId, stackName) : stackLink(stackId, stackName);

/** A moment, for people and for programs; a script says it in the reader's zone. */
export const moment = (milliseconds: number): Html => time(milliseconds, 'moment');

/** The same, which a script says as how long ago that was. */
export const age = (milliseconds: number): Html => time(milliseconds, 'age');

/** The same, which a script says as a span that grows. */
export const since = (milliseconds: number): Html => html`since ${time(milliseconds, 'span')}`;

function time(milliseconds: number, as: 'moment' | 'age' | 'span'): Html {
  const iso = new Date(milliseconds).toISOString();
  const utc = `${iso.slice(0, 19).replace('T', ' ')} UTC`;
  return html`<time datetime="${iso}" title="${utc}" data-as="${as}">${utc}</time>`;
}

/** How long something took, or since when it lasts. */
export function span(begins: number, ends: number | null): Html | string {
  return ends === null ? since(begins) : spanInWords(ends - begins);
}

export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'] as const;

export function bytesInWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 || amount >= 10 ? Math.round(amount) : Number(amount.toFixed(1))} ${UNITS[power]}`;
}

/** What a refusal says, as a sentence. */
export function inSentence({ message }: { readonly message: string }): string {
  return `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}.`;
}
