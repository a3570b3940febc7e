import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface TableOf {
  /** The id of its heading. */
  readonly labelledBy: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Html | string)[])[];
}

/** A table, which on a phone is a list of cards. The roles are said because such a style takes them away. */
export function table({ labelledBy, columns, rows }: TableOf): Html {
  const cells = (row: readonly (Html | string)[]) =>
    row.map((cell, at) =>
      at === 0 ? html`<td role="cell">${cell}</td>` : html`<td role="cell" data-label="${columns[at]}">${cell}</td>`,
    );
  return html`
    <div class="card">
      <table role="table" aria-labelledby="${labelledBy}">
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(
            (row) =>
              html`<tr role="row">
                ${cells(row)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

export function facts(all: readonly (readonly [name: string, value: Html | string])[]): Html {
  return html`
    <div class="card">
      <dl>
        ${all.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
    </div>
  `;
}
