import { html } from 'hono/html';
import type { Html } from './html';

/** A way to the next part of a list, whose filters stay. @param after where it begins; undefined: there is no more */
export function nextPart(
  path: string,
  query: URLSearchParams,
  after: string | undefined,
  words = 'Older',
): Html | string {
  const first = new URLSearchParams(query);
  first.delete('after');
  const isLater = query.has('after');
  if (after === undefined && !isLater) return '';
  const next = new URLSearchParams(first);
  if (after !== undefined) next.set('after', after);
  return html`<nav class="actions" aria-label="Parts of the list">
    ${isLater ? html`<a class="button" id="first-part" href="${pathOf(path, first)}">From the beginning</a>` : ''}
    ${after === undefined ? '' : html`<a class="button" id="next-part" rel="next" href="${pathOf(path, next)}">${words}</a>`}
  </nav>`;
}

const pathOf = (path: string, query: URLSearchParams): string =>
  query.size > 0 ? `${path}?${query.toString()}` : path;

interface Filter {
  readonly name: string;
  readonly label: string;
  /** Value and label. @default - a text */
  readonly options?: readonly (readonly [value: string, label: string])[];
}

/** A form that asks for a part of a list. */
export function filterForm(path: string, query: URLSearchParams, filters: readonly Filter[]): Html {
  const value = (name: string) => query.get(name) ?? '';
  return html`<form class="search" role="search" method="get" action="${path}">
    ${filters.map(
      ({ name, label, options }) =>
        html`<label for="filter-${name}">${label}</label>${
            options === undefined
              ? html`<input
                  type="search"
                  id="filter-${name}"
                  name="${name}"
                  value="${value(name)}"
                  autocomplete="off"
                />`
              : html`<select id="filter-${name}" name="${name}">
                  <option value="">all</option>
                  ${options.map(
                    ([of, words]) =>
                      html`<option value="${of}" ${of === value(name) ? html`selected` : ''}>${words}</option>`,
                  )}
                </select>`
          }`,
    )}
    <button class="button">Show</button>
  </form>`;
}

/** A list of which one more than is shown was asked for. */
export function cut<T>(
  all: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly last: T | undefined } {
  const shown = all.slice(0, most);
  return { shown, last: all.length > most ? shown.at(-1) : undefined };
}
