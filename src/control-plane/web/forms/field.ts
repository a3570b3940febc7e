import { html } from 'hono/html';
import type { Html } from '../html';
import { inSentence } from '../words';
import { fileOf, type Sent } from './values';

export interface Field {
  /** As RequestError calls it. */
  readonly name: string;
  readonly label: string;
  /** @default 'line' */
  readonly kind?: 'line' | 'lines' | 'number' | 'secret' | 'choice' | 'check' | 'checks' | 'file' | 'hidden';
  /** Of a `check` any one means yes; of `checks` the values of the boxes, one a line. @default '' */
  readonly value?: string;
  readonly hint?: string | Html;
  readonly isRequired?: boolean;
  /** Of a `choice` and of `checks`: value and label. */
  readonly options?: readonly (readonly [value: string, label: string])[];
  /** What a line may be completed to. */
  readonly suggestions?: readonly string[];
  /** Of `lines`. @default 3 */
  readonly rows?: number;
  /** Whether a file may be chosen in place of typing. @default - not; else the kinds of files that are offered */
  readonly orFile?: string;
  /** Of a `file`: the kinds that are offered. */
  readonly accept?: string;
  /** Of a file: the most bytes. */
  readonly most?: number;
  /** Of a hidden field that is to be as things are now, once it was refused. @default false */
  readonly isFresh?: boolean;
  /** What belongs to it. @default - nothing */
  readonly beside?: Html;
}

/** A field, with what was typed and what is wrong with that. */
export function fieldHtml(field: Field, sent: Sent | undefined): Html {
  const { name, kind = 'line', label, beside = '', orFile } = field;
  const value = valueOf(field, sent);
  if (kind === 'hidden') return html`<input type="hidden" name="${name}" value="${value}" />`;
  const notes = notesOf(field, value, sent);
  const shown = notes.map(({ id, style, content }) => html`<p class="${style}" id="${id}">${content}</p>`);
  if (kind === 'checks') return boxesHtml(field, value, notes, shown);
  const input = inputHtml(field, value, attributesOf(field, notes));
  if (kind === 'check')
    return html`<div class="field check">${input} <label for="${name}">${label}</label>${shown}${beside}</div>`;
  const file = orFile === undefined ? '' : fileHtml(field, orFile);
  return html`<div class="field"><label for="${name}">${label}</label>${shown}${input}${file}${beside}</div>`;
}

/** Whether a field has to be seen: it is wrong, or something was typed. */
export function isOfInterest(field: Field, sent: Sent | undefined): boolean {
  return sent !== undefined && (sent.error?.field === field.name || valueOf(field, sent) !== (field.value ?? ''));
}

function valueOf({ name, kind, value = '', isFresh = false }: Field, sent: Sent | undefined): string {
  if (!sent || (isFresh && sent.error)) return value;
  // A line could not hold what a file has.
  return kind === 'secret' ? sent.values.typed(name) : sent.values.shown(name);
}

interface Note {
  readonly id: string;
  readonly style: string;
  readonly content: string | Html;
}

function notesOf(field: Field, value: string, sent: Sent | undefined): Note[] {
  const { name, hint } = field;
  const error = sent?.error;
  const notes: Note[] = [];
  if (error?.field === name) notes.push({ id: `${name}-error`, style: 'bad', content: inSentence(error) });
  if (error?.code === 'conflict' && value !== (field.value ?? ''))
    notes.push({ id: `${name}-now`, style: 'meanwhile', content: `Now it is: ${inWords(field)}` });
  if (hint !== undefined) notes.push({ id: `${name}-hint`, style: 'muted small', content: hint });
  return notes;
}

function describedBy(notes: readonly Note[]): Html | string {
  return notes.length > 0 ? html` aria-describedby="${notes.map(({ id }) => id).join(' ')}"` : '';
}

const isWrong = (notes: readonly Note[]): boolean => notes.some(({ style }) => style === 'bad');

function attributesOf({ name, isRequired }: Field, notes: readonly Note[]): Html {
  return html`id="${name}"
  name="${name}"${describedBy(notes)}${isWrong(notes) ? html` aria-invalid="true" autofocus` : ''}${
    isRequired ? html` required` : ''
  }`;
}

function inputHtml(field: Field, value: string, attributes: Html): Html {
  const { name, kind = 'line', options = [], rows = 3, suggestions, accept = '', most } = field;
  switch (kind) {
    case 'choice':
      return html`<select ${attributes}>
        ${options.map(
          ([of, label]) => html`<option value="${of}" ${of === value ? html`selected` : ''}>${label}</option>`,
        )}
      </select>`;
    case 'check':
      return html`<input type="checkbox" ${attributes} value="yes" ${value === '' ? '' : html`checked`} />`;
    case 'lines': {
      // HTML drops an end of a line that comes first.
      const content = `\n${value}`;
      return html`<textarea ${attributes} rows="${rows}" spellcheck="false" autocomplete="off">${content}</textarea>`;
    }
    case 'secret':
      return html`<input type="password" ${attributes} value="${value}" autocomplete="new-password" />`;
    case 'number':
      return html`<input inputmode="numeric" ${attributes} value="${value}" autocomplete="off" />`;
    case 'file':
      return html`<input type="file" ${attributes} accept="${accept}" ${mostHtml(most)} />`;
    case 'checks':
    case 'hidden':
    case 'line': {
      const list = `${name}-suggestions`;
      const line = html`value="${value}" autocomplete="off" spellcheck="false"`;
      if (!suggestions) return html`<input ${attributes} ${line} />`;
      return html`<input ${attributes} ${line} list="${list}" />
        <datalist id="${list}">${suggestions.map((one) => html`<option value="${one}"></option>`)}</datalist>`;
    }
  }
}

const mostHtml = (most: number | undefined): Html | string => (most === undefined ? '' : html`data-most="${most}"`);

function fileHtml({ name, most }: Field, accept: string): Html {
  const id = fileOf(name);
  return html`<label for="${id}">or its file</label>
    <input type="file" id="${id}" name="${id}" accept="${accept}" ${mostHtml(most)} />`;
}

function boxesHtml(field: Field, value: string, notes: readonly Note[], shown: readonly Html[]): Html {
  const { name, label, options = [] } = field;
  const checked = new Set(value.split('\n'));
  return html`<fieldset class="field" id="${name}" ${describedBy(notes)}>
    <legend>${label}</legend>
    ${shown}
    ${options.map(
      ([of, words]) =>
        html`<label class="box"
          ><input type="checkbox" name="${name}" value="${of}" ${checked.has(of) ? html`checked` : ''} />
          ${words}</label
        >`,
    )}
  </fieldset>`;
}

function inWords({ kind, value = '', options = [] }: Field): string {
  const labelOf = (value: string) => options.find(([of]) => of === value)?.[1] ?? value;
  if (kind === 'check') return value === '' ? 'no' : 'yes';
  if (kind === 'choice') return labelOf(value);
  if (value === '') return kind === 'checks' ? 'none of them' : 'empty';
  return kind === 'checks' ? value.split('\n').map(labelOf).join(', ') : value;
}
