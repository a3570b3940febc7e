import { html } from 'hono/html';
import type { Html } from '../html';
import { inSentence } from '../words';
import type { Refused } from './form';

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
  const { name, kind = 'line', hint, beside = '' } = field;
  const value = refused && field.isFresh !== true ? refused.values.text(name) : (field.value ?? '');
  if (kind === 'hidden') return html`<input type="hidden" name="${name}" value="${value}" />`;
  const error = refused?.error.field === name ? inSentence(refused.error) : undefined;
  const differs = refused?.error.code === 'conflict' && value !== (field.value ?? '');
  const notes = [
    ...(error === undefined ? [] : [html`<p class="bad" id="${name}-error">${error}</p>`]),
    ...(differs ? [html`<p class="meanwhile" id="${name}-now">Now it is: ${shown(field)}</p>`] : []),
    ...(hint === undefined ? [] : [html`<p class="muted small" id="${name}-hint">${hint}</p>`]),
  ];
  const described = [error && 'error', differs && 'now', hint !== undefined && 'hint'].filter(Boolean);
  const attributes = html`id="${name}"
  name="${name}"${described.length > 0 ? html` aria-describedby="${described.map((note) => `${name}-${note}`).join(' ')}"` : ''}${
    error === undefined ? '' : html` aria-invalid="true" autofocus`
  }${field.isRequired ? html` required` : ''}`;
  if (kind === 'check')
    return html`<div class="field check">
      <input type="checkbox" ${attributes} value="yes" ${value === '' ? '' : html`checked`} />
      <label for="${name}">${field.label}</label>${notes}${beside}
    </div>`;
  return html`<div class="field">
    <label for="${name}">${field.label}</label>${notes} ${inputHtml(field, value, attributes)} ${beside}
  </div>`;
}

function inputHtml({ kind = 'line', options = [], rows = 3 }: Field, value: string, attributes: Html): Html {
  switch (kind) {
    case 'choice':
      return html`<select ${attributes}>
        ${options.map(
          ([of, label]) => html`<option value="${of}" ${of === value ? html`selected` : ''}>${label}</option>`,
        )}
      </select>`;
    case 'lines':
      // HTML drops an end of a line that comes first.
      return html`<textarea ${attributes} rows="${rows}" spellcheck="false" autocomplete="off">
${`\n${value}`}</textarea>`;
    case 'secret':
      return html`<input type="password" ${attributes} value="${value}" autocomplete="new-password" />`;
    case 'number':
      return html`<input inputmode="numeric" ${attributes} value="${value}" autocomplete="off" />`;
    default:
      return html`<input ${attributes} value="${value}" autocomplete="off" spellcheck="false" />`;
  }
}

function shown({ kind, value = '', options = [] }: Field): string {
  if (kind === 'check') return value === '' ? 'no' : 'yes';
  if (kind === 'choice') return options.find(([of]) => of === value)?.[1] ?? value;
  return value === '' ? 'empty' : value;
}
