import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import type { Action } from '../../audit/actions';
import type { Right } from '../../identity/rights';
import type { Html } from '../html';
import { inSentence } from '../words';
import { fieldHtml, type Field } from './field';
import type { Refused, Values } from './values';

export type Ids = Readonly<Record<string, string>>;

/** What a person does by a form on a page of its own. */
export interface Form {
  /** Below `/`, as Hono has it. */
  readonly path: string;
  readonly right: Right;
  /** What the audit trail calls it. */
  readonly action: Action;
  /** What it asks for as things are now. @throws RequestError `not-found` */
  readonly ask: (admin: AdminService, ids: Ids, given: URLSearchParams) => Promise<Asked>;
  /** @throws RequestError; one that names a field is said beside it */
  readonly perform: (admin: AdminService, ids: Ids, values: Values) => Promise<Done>;
}

export interface Asked {
  readonly title: string;
  readonly sentence?: string | Html;
  /** @default - none: it is a question */
  readonly fields?: readonly Field[];
  readonly button: string;
  readonly isDangerous?: boolean;
  /** Where one goes without. */
  readonly back: string;
  /** What that is called. @default 'Cancel' */
  readonly leave?: string;
}

/** Where one sees what came of it; or the page itself, for what is shown once. */
export type Done = { readonly goTo: string } | { readonly title: string; readonly content: Html };

/** The content of the page. */
export function formHtml(asked: Asked, refused?: Refused): Html {
  const { title, sentence, fields = [], button, isDangerous, back, leave = 'Cancel' } = asked;
  const isKnown = fields.some(({ name }) => name === refused?.error.field);
  const shown = fields.map((field) => fieldHtml(field, refused));
  return html`<h1>${title}</h1>
    ${refused && !isKnown ? html`<p class="card notice bad" role="alert">${inSentence(refused.error)}</p>` : ''}
    <form method="post" class="card" ${fields.length > 0 ? html`enctype="multipart/form-data"` : ''}>
      ${sentence === undefined ? '' : html`<p>${sentence}</p>`} ${shown}
      <p class="actions">
        <button class="button ${isDangerous ? 'danger' : 'primary'}">${button}</button>
        <a class="button" href="${back}">${leave}</a>
      </p>
    </form>`;
}
