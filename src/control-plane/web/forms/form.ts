import type { Readable } from 'node:stream';
import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import type { Action } from '../../audit/actions';
import type { Right } from '../../identity/rights';
import type { Html } from '../html';
import { inSentence } from '../words';
import { fieldHtml, isOfInterest, type Field } from './field';
import type { Sent, Values } from './values';

export type Ids = Readonly<Record<string, string>>;

/** What a person does by a form on a page of its own. */
export type Form = ValuesForm | UploadForm;

interface AnyForm {
  /** Below `/`, as Hono has it. */
  readonly path: string;
  readonly right: Right;
  /** What the audit trail calls it. */
  readonly action: Action;
  /** What it asks for as things are now. @throws RequestError `not-found` */
  readonly ask: (admin: AdminService, ids: Ids, given: URLSearchParams) => Promise<Asked>;
}

export interface ValuesForm extends AnyForm {
  /** @throws RequestError; one that names a field is said beside it */
  readonly perform: (admin: AdminService, ids: Ids, values: Values) => Promise<Done>;
}

/** One whose only field is a file, which is taken as it comes. */
export interface UploadForm extends AnyForm {
  /** Of the file. */
  readonly field: string;
  /** @throws RequestError; one that names the field is said beside it */
  readonly take: (admin: AdminService, ids: Ids, content: Readable) => Promise<Done>;
}

export interface Asked {
  readonly title: string;
  readonly sentence?: string | Html;
  /** @default - none: it is a question */
  readonly fields?: readonly Field[];
  /** Those that few people need, behind a line that opens them. */
  readonly more?: { readonly title: string; readonly fields: readonly Field[] };
  readonly button: string;
  readonly isDangerous?: boolean;
  /** Where one goes without. */
  readonly back: string;
  /** What that is called. @default 'Cancel' */
  readonly leave?: string;
}

/** Where one sees what came of it; or the page itself, for what is shown once. */
export type Done = { readonly goTo: string } | { readonly title: string; readonly content: Html };

/** The content of the page. @param path where it is sent to */
export function formHtml(asked: Asked, path: string, sent?: Sent): Html {
  const { title, sentence, fields = [], more, button, isDangerous, back, leave = 'Cancel' } = asked;
  const all = [...fields, ...(more?.fields ?? [])];
  const isUpload = all.some(({ kind }) => kind === 'file');
  const multipart = all.length > 0 ? html`enctype="multipart/form-data"` : '';
  return html`<h1>${title}</h1>
    ${noticeHtml(all, sent)}
    <form method="post" action="${path}" class="card" ${multipart} ${isUpload ? html`data-upload` : ''}>
      ${sentence === undefined ? '' : html`<p>${sentence}</p>`} ${fields.map((field) => fieldHtml(field, sent))}
      ${more ? moreHtml(more, sent) : ''}
      <p class="actions">
        <button class="button ${isDangerous ? 'danger' : 'primary'}">${button}</button>
        <a class="button" href="${back}">${leave}</a>
      </p>
    </form>`;
}

function noticeHtml(fields: readonly Field[], sent: Sent | undefined): Html | string {
  if (sent?.note !== undefined) return html`<p class="card notice" role="status">${sent.note}</p>`;
  const error = sent?.error;
  if (!error || fields.some(({ name }) => name === error.field)) return '';
  return html`<p class="card notice bad" role="alert">${inSentence(error)}</p>`;
}

function moreHtml({ title, fields }: Required<Asked>['more'], sent: Sent | undefined): Html {
  const isOpen = fields.some((field) => isOfInterest(field, sent));
  return html`<details class="more" ${isOpen ? html`open` : ''}>
    <summary>${title}</summary>
    ${fields.map((field) => fieldHtml(field, sent))}
  </details>`;
}
