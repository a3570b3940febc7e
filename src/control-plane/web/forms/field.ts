import { html } from 'hono/html';
import type { Html } from '../html';
import { inSentence } from '../words';
import type { Refused } from './values';

export interface Field {
  /** As RequestError calls it. */
  readonly name: string;
  readonly label: string;
  /** @default 'line' */
  readonly kind?: 'line' | 'lines' | 'number' | 'secret' | 'choice' | 'check' | 'hidden';
  /** Of a `check` any one means yes. @default '' */
  readonly value?: string;
  readonly hint?: string | Html;
  readonly isRequired?: boolean;
  /** Of a `choice`: value and label. */
  readonly options?: readonly (readonly [value: string, label: string])[];
  /** Of `lines`. @default 3 */
  readonly rows?: number;
  /** Of a hidden field that is to be as things are now, whatever was sent. @default false */
  readonly isFresh?: boolean;
  /** What belongs to it. @default - nothing */
  readonly beside?: Html;
}

/** A field, with what was typed and what is wrong with that. */
export function fieldHtml(field: Field, refused: Refused | undefined): Html {
  const { name, kind = 'line', label, beside = '' } = field;
  const value = refused && field.isFresh !== true ? refused.values.text(name) : (field.value ?? '');
  if (kind === 'hidden') return html`<input type="hidden" name="${name}" value="${value}" />`;
  const notes = notesOf(field, value, refused);
  const input = inputHtml(field, value, attributesOf(field, notes));
  const shown = notes.map(({ id, style, content }) => html`<p class="${style}" id="${id}">${content}</p>`);
  return kind === 'check'
    ? html`<div class="field check">${input} <label for="${name}">${label}</label>${shown}${beside}</div>`
    : html`<div class="field"><label for="${name}">${label}</label>${shown}${input}${beside}</div>`;
}

interface Note {
  readonly id: string;
  readonly style: string;
  readonly content: string | Html;
}

function notesOf(field: Field, value: string, refused: Refused | undefined): Note[] {
  const { name, hint } = field;
  const notes: Note[] = [];
  if (refused?.error.field === name)
    notes.push({ id: `${name}-error`, style: 'bad', content: inSentence(refused.error) });
  if (refused?.error.code === 'conflict' && value !== (field.value ?? ''))
    notes.push({ id: `${name}-now`, style: 'meanwhile', content: `Now it is: ${inWords(field)}` });
  if (hint !== undefined) notes.push({ id: `${name}-hint`, style: 'muted small', content: hint });
  return notes;
}

function attributesOf({ name, isRequired }: Field, notes: readonly Note[]): Html {
  const isWrong = notes.some(({ style }) => style === 'bad');
  return html`id="${name}"
  name="${name}"${notes.length > 0 ? html` aria-describedby="${notes.map(({ id }) => id).join(' ')}"` : ''}${
    isWrong ? html` aria-invalid="true" autofocus` : ''
  }${isRequired ? html` required` : ''}`;
}

function inputHtml({ kind = 'line', options = [], rows = 3 }: Field, value: string, attributes: Html): Html {
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
    case 'hidden':
    case 'line':
      return html`<input ${attributes} value="${value}" autocomplete="off" spellcheck="false" />`;
  }
}

function inWords({ kind, value = '', options = [] }: Field): string {
  if (kind === 'check') return value === '' ? 'no' : 'yes';
  if (kind === 'choice') return options.find(([of]) => of === value)?.[1] ?? value;
  return value === '' ? 'empty' : value;
}
